// The Python of the peers: a virtual environment at the root of the repository, made where there is none.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const environment = join(here, "../.venv");
const windows = process.platform === "win32";
const interpreter = join(environment, windows ? "Scripts/python.exe" : "bin/python");

/** { python } or { reason }. With `install`, the packages of peers/requirements.txt are installed if they can be. */
export function findPython({ install }) {
  const has = () => existsSync(interpreter) && spawnSync(interpreter, ["-c", "import sklearn"]).status === 0;
  if (has()) return { python: interpreter };
  if (!install) return { reason: "no .venv with the packages of bench/peers/requirements.txt" };
  const system = windows ? "python" : "python3";
  if (spawnSync(system, ["--version"]).status !== 0) return { reason: `no ${system} on the PATH` };
  console.error("Installing the Python peers into .venv: this takes minutes, once.");
  const made = spawnSync(system, ["-m", "venv", environment], { encoding: "utf8" });
  if (made.status !== 0) return { reason: `no virtual environment: ${lastLine(made.stderr)}` };
  const requirements = join(here, "peers/requirements.txt");
  const pip = spawnSync(interpreter, ["-m", "pip", "install", "-q", "-r", requirements], { encoding: "utf8" });
  return has() ? { python: interpreter } : { reason: `pip could not install the peers: ${lastLine(pip.stderr)}` };
}

const lastLine = (text) => (text ?? "").trim().split("\n").at(-1).slice(0, 200);
