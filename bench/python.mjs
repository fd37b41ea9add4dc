// The Python of the peers: a virtual environment at the root of the repository, made where there is none.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const environment = join(here, "../.venv");
const isWindows = process.platform === "win32";
const interpreter = join(environment, isWindows ? "Scripts/python.exe" : "bin/python");
const requirements = readFileSync(join(here, "peers/requirements.txt"), "utf8").trim().split("\n");

const run = (command, args) => spawnSync(command, args, { encoding: "utf8" });
const lastLine = (text) => (text ?? "").trim().split("\n").at(-1).slice(0, 200);

/** Those of the requirements, each "name==version", that the environment has in another version or not at all. */
function missing(requirements) {
  const script = `
import sys
from importlib.metadata import PackageNotFoundError, version
for requirement in sys.argv[1:]:
    name, wanted = requirement.split("==")
    try:
        found = version(name).split("+")[0]
    except PackageNotFoundError:
        found = None
    if found != wanted:
        print(requirement)
`;
  const { status, stdout } = run(interpreter, ["-c", script, ...requirements]);
  return status === 0 ? stdout.split(/\r?\n/).filter(Boolean) : requirements;
}

/**
 * { python } or { reason }. `only`: names of packages that are needed, all of them unless given. With `install`, what is missing is installed where it can be; a peer whose package is not there
 * says so when it is started.
 */
export function findPython({ install, only }) {
  const needed = requirements.filter((requirement) => only?.includes(requirement.split("==")[0]) ?? true);
  if (!existsSync(interpreter)) {
    if (!install) return { reason: "no .venv: a run without --quick makes it" };
    const system = isWindows ? "python" : "python3";
    const { status, stderr, error } = run(system, ["-m", "venv", environment]);
    if (error) return { reason: `no ${system}: ${error.message}` };
    if (status !== 0) return { reason: `no virtual environment: ${lastLine(stderr)}` };
  }
  for (const requirement of install ? missing(needed) : []) {
    console.error(`Installing ${requirement} into .venv: once, and PyTorch is large …`);
    const { status, stderr } = run(interpreter, ["-m", "pip", "install", "--quiet", "--retries", "1", requirement]);
    if (status !== 0) console.error(`pip could not install it: ${lastLine(stderr)}`);
  }
  return { python: interpreter };
}
