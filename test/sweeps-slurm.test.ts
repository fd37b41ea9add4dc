// examples/sweeps/slurm_sweep.sh on a Slurm of one node, which the test starts for itself: what is stopped or killed is queued again, and goes on.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { folderPerTest } from "../src/runs/test-folder.ts";
import {
  environment,
  expectWhole,
  halfWay,
  isThere,
  killTrials,
  marks,
  sweeps,
  textOf,
  withStatus,
  words,
  writeTable,
} from "./sweeps.ts";

const programs = ["munged", "slurmctld", "slurmd", "sbatch", "scontrol", "squeue"];
process.env.PATH += ":/usr/sbin";
const missing = programs.filter((program) => !isThere(program));
if (missing.length > 0)
  console.warn(`the sweep by Slurm is not tested: apt install slurm-wlm munge (${missing.join(", ")})`);

folderPerTest();
const daemons: ChildProcess[] = [];
afterEach(async () => {
  await stop("SIGKILL");
});

async function stop(signal: NodeJS.Signals) {
  await Promise.all(
    daemons.splice(0).map((daemon) => {
      const end = new Promise((done) => daemon.once("exit", done));
      return daemon.kill(signal) ? end : undefined;
    }),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.once("listening", done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/** In this folder: no systemd, no cgroups, one user. Jobs that are queued again wait as long as a credential holds. */
async function configure() {
  const at = (name: string) => join(process.cwd(), "slurm", name);
  mkdirSync("slurm/state", { recursive: true });
  mkdirSync("slurm/spool");
  writeFileSync("slurm/munge.key", randomBytes(1024));
  chmodSync("slurm/munge.key", 0o400);
  const { username } = userInfo();
  writeFileSync(
    "slurm/slurm.conf",
    `ClusterName=sweep
SlurmctldHost=localhost
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=${at("munge.socket")},cred_expire=5
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
StateSaveLocation=${at("state")}
SlurmdSpoolDir=${at("spool")}
SlurmctldPidFile=${at("slurmctld.pid")}
SlurmdPidFile=${at("slurmd.pid")}
SlurmctldPort=${await freePort()}
SlurmdPort=${await freePort()}
SlurmctldLogFile=${at("slurmctld.log")}
SlurmdLogFile=${at("slurmd.log")}
ReturnToService=2
BatchStartTimeout=1
MailProg=/bin/true
SchedulerParameters=sched_interval=1,bf_interval=1
NodeName=localhost CPUs=2 State=UNKNOWN
PartitionName=all Nodes=localhost Default=YES MaxTime=INFINITE State=UP
`,
  );
  const files = ["socket", "pid", "seed", "log"].map((name) => at(`munge.${name}`)) as [string, string, string, string];
  daemon("munged", [
    "--foreground",
    "--force",
    `--key-file=${at("munge.key")}`,
    `--socket=${files[0]}`,
    `--pid-file=${files[1]}`,
    `--seed-file=${files[2]}`,
    `--log-file=${files[3]}`,
  ]);
  await until(() => textOf("slurm/munge.log")?.includes("Created") || textOf("slurm/munge.pid") !== undefined);
}

function daemon(program: string, args: readonly string[]) {
  daemons.push(spawn(program, args, { env: env(), stdio: "ignore" }));
}

const env = () => ({ ...environment, PATH: process.env.PATH, SLURM_CONF: join(process.cwd(), "slurm/slurm.conf") });
const slurm = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: "utf8", env: env(), stdio: ["ignore", "pipe", "pipe"] });

async function startSlurm() {
  daemon("slurmctld", ["-D"]);
  daemon("slurmd", ["-D", "-N", "localhost"]);
  await until(() => /localhost/.test(slurm("sinfo", "--noheader", "--states=idle,mixed,allocated,completing")));
}

/** The processes of Slurm that look after this sweep's jobs, which go on without the daemons. */
const supervisors = (): number[] =>
  readdirSync("/proc").flatMap((pid) => {
    const command = /^\d+$/.test(pid) ? textOf(`/proc/${pid}/cmdline`) : undefined;
    const isOwn = command?.startsWith("slurmstepd") && textOf(`/proc/${pid}/environ`)?.includes(process.cwd());
    return isOwn ? [Number(pid)] : [];
  });

/** What fails is asked again, until the test is out of time. */
async function until(holds: () => boolean | undefined) {
  for (;;) {
    try {
      if (holds()) return;
    } catch {
      // A daemon does not answer yet.
    }
    await setTimeout(100);
  }
}

const jobs = (): string[] =>
  slurm("squeue", "--noheader", "--array", "--format=%i %T").trim().split("\n").filter(Boolean);

it("by a job array of Slurm: stopped jobs and those of a node that failed are queued again", {
  skip: missing.length > 0,
}, async () => {
  writeTable();
  await configure();
  await startSlurm();
  slurm("sbatch", join(sweeps, "slurm_sweep.sh"), ...words, "--epochs", "500", "--patience", "500");
  await until(() => withStatus("running").length > 0);
  // As before the end of its time, or where it is preempted; to one job after the other until a training hears of it.
  const signalled = new Set<string>();
  await until(() => {
    const all = jobs();
    for (const job of all.filter((one) => one.endsWith("RUNNING") && withStatus("running").length > 0)) {
      const id = job.split(" ")[0]!;
      if (!signalled.has(id)) spawn("scancel", ["--signal=TERM", "--batch", id], { env: env(), stdio: "ignore" });
      signalled.add(id);
    }
    return withStatus("interrupted").length > 0 || all.length === 0;
  });
  expect(withStatus("interrupted")).not.toEqual([]);
  await halfWay(() => jobs().length === 0);
  // The machine fails: the controller, the node and all that runs on it.
  for (const one of daemons.splice(1)) one.kill("SIGKILL");
  for (const pid of supervisors()) process.kill(pid, "SIGKILL");
  killTrials();
  const before = marks(withStatus("finished"));
  await startSlurm();
  // As the controller does by itself where a node has not answered for SlurmdTimeout, five minutes.
  slurm("scontrol", "update", "nodename=localhost", "state=down", "reason=failed");
  await until(() => {
    const isDown = /localhost/.test(slurm("sinfo", "--noheader", "--states=down"));
    if (isDown) slurm("scontrol", "update", "nodename=localhost", "state=resume");
    return !isDown;
  });
  await until(() => jobs().length === 0);
  expectWhole(6);
  expect(marks(before.map(([name]) => name as string))).toEqual(before);
});
