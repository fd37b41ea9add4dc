// Two hosts, by two network namespaces: ranks that share no memory and speak by TCP, started by an agent in place of ssh.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mpi, RankOptions } from "./ranks.ts";

/** Names of their own for each process: namespaces belong to the whole machine. Names of interfaces have at most 15 letters. */
const own = `cr${process.pid}`;
const hosts = [
  { host: "10.213.77.1", space: `${own}a` },
  { host: "10.213.77.2", space: `${own}b` },
] as const;
const [a, b] = hosts;
const ip = (command: string): string => execFileSync("ip", command.split(" "), { stdio: "pipe", encoding: "utf8" });

/** Root may make namespaces with a link between them and names of their own, if the machine lets it: within a container it often does not. */
export function mayMakeHosts(): boolean {
  try {
    ip(`netns add ${own}`);
    try {
      ip(`-n ${own} link add ${own} type veth peer name ${own}b`);
      ip(`netns exec ${own} unshare --uts hostname ${own}`);
      return true;
    } finally {
      ip(`netns delete ${own}`);
    }
  } catch {
    return false;
  }
}

/** How a library's launcher starts a rank on each host, for runRanks. */
export interface Hosts {
  readonly optionsOf: (mpi: Mpi) => RankOptions;
  /** Ready when true: the system says a little later that an interface is up, and until then libraries leave it alone. */
  readonly areUp: () => boolean;
  /** Each way carries so much: "1gbit"; "" for as much as it can. Throws where the system has no such queue. */
  readonly limit: (rate: string) => void;
  readonly remove: () => void;
}

export function makeHosts(): Hosts {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-hosts-"));
  for (const { space } of hosts) ip(`netns add ${space}`);
  ip(`link add ${own} netns ${a.space} type veth peer name ${own} netns ${b.space}`);
  for (const { host, space } of hosts) {
    ip(`-n ${space} address add ${host}/24 dev ${own}`);
    for (const device of ["lo", own]) ip(`-n ${space} link set ${device} up`);
  }
  // As ssh is called: [options] HOST COMMAND… Each host has a name of its own, by which ranks are told to be on the same or not.
  const agent = join(folder, "agent");
  const text = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
host=$1; shift
case $host in ${a.host}) space=${a.space};; *) space=${b.space};; esac
exec ip netns exec $space unshare --uts sh -c "hostname $space; $*"
`;
  writeFileSync(agent, text);
  chmodSync(agent, 0o755);
  return {
    optionsOf: (mpi) => optionsOf(mpi, agent),
    areUp: () => hosts.every(({ space }) => ip(`-n ${space} link show ${own}`).includes("state UP")),
    limit(rate) {
      for (const { space } of hosts) {
        const queue = `dev ${own} root ${rate === "" ? "pfifo limit 1000" : `tbf rate ${rate} burst 128kb latency 50ms`}`;
        execFileSync("ip", ["netns", "exec", space, "tc", "qdisc", "replace", ...queue.split(" ")], { stdio: "pipe" });
      }
    },
    remove() {
      for (const { space } of hosts) ip(`netns delete ${space}`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** How each launcher is told of hosts and agent, and its library to speak by TCP. */
function optionsOf(mpi: Mpi, agent: string): RankOptions {
  const within = [
    "ip",
    "netns",
    "exec",
    a.space,
    "unshare",
    "--uts",
    "sh",
    "-c",
    `hostname ${a.space}; exec "$@"`,
    "sh",
  ];
  const list = hosts.map(({ host }) => host).join(",");
  if (mpi.abi !== "openmpi") {
    const environment = { UCX_TLS: "tcp", UCX_NET_DEVICES: own, MPIR_CVAR_CH4_NETMOD: "ofi", FI_PROVIDER: "tcp" };
    return { within, environment, flags: ["-hosts", list, "-launcher", "ssh", "-launcher-exec", agent] };
  }
  // Bound, both ranks would be on the first core, since each host has its own view of the same cores.
  const tcp = ["--bind-to", "none", "--mca", "pml", "ob1", "--mca", "btl", "tcp,self", "--host", list];
  const by = mpi.says.endsWith("4") ? ["--mca", "plm_rsh_agent", agent] : ["--prtemca", "plm_ssh_agent", agent];
  return { within, flags: [...tcp, ...by] };
}
