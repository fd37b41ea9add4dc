// `npm run openblas`: what is published with a release, in dist-openblas/: a package with OpenBLAS for each platform, made of the PyPI
// wheels scipy-openblas32, and chainrule with these as its optional dependencies.
//
//   npm run openblas                 after a build: all
//   npm run openblas -- linux-x64    that platform's package and chainrule
//   npm run openblas -- --out DIR    elsewhere
//
// It needs a Python with pip, which fetches, checks and unpacks the wheels, and tar. Why so: docs/decisions/0011-blas.md.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Of the packages; raised with every other wheel. */
const version = "1.0.0";
const wheel = { name: "scipy-openblas32", version: "0.3.34.481.3" };

/**
 * By the platform's name, `tag`: of its wheel. None for Windows on ARM: that wheel comes without the licence of OpenBLAS.
 * @type {Record<string, { readonly tag: string, readonly sha256: string }>}
 */
const platforms = {
  "linux-x64": {
    tag: "manylinux_2_28_x86_64",
    sha256: "0595f94cd58c1f8a0d90c975621f4587337a003916b1979e834ebdf2cb5d9504",
  },
  "linux-x64-musl": {
    tag: "musllinux_1_2_x86_64",
    sha256: "46fac855d3c05004f9ee111eeeeb0aeb076c6411fc6f87c34a49b8ba729c4c38",
  },
  "linux-arm64": {
    tag: "manylinux_2_28_aarch64",
    sha256: "e085dddbc5b9aa130f83def515d31c440e69f387a90c7e63b154a5575b4466bc",
  },
  "linux-arm64-musl": {
    tag: "musllinux_1_2_aarch64",
    sha256: "88b00ba6a232fe958695403f6f71858fb23c3c9ce561c467e787e5d46ace16ca",
  },
  "darwin-x64": {
    tag: "macosx_10_13_x86_64",
    sha256: "85d42ee10fd207ed6014273dcb9236ab1a65d21357f278b3aa0a78e8189665a8",
  },
  "darwin-arm64": {
    tag: "macosx_11_0_arm64",
    sha256: "813bb8101da2f64555c4a5e71c3714539d92b0b4f1841ec12b80d50e56cde46c",
  },
  "win32-x64": {
    tag: "win_amd64",
    sha256: "963e311354df08856c22aad17d77209448d2d8fc3bc4b3b1d87912828797cf13",
  },
};

const nameOf = (platform) => `@chainrule/openblas-${platform}`;

/** Of the machine that this runs on: "linux-x64-musl" and its like. */
export function platformHere() {
  const isMusl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
  return `${process.platform}-${process.arch}${isMusl ? "-musl" : ""}`;
}

export const hasOpenblas = (platform) => Object.hasOwn(platforms, platform);

/** What a program prints; throws with what it wrote to stderr. */
const printedBy = (file, args, cwd) => execFileSync(file, args, { cwd, encoding: "utf8", stdio: "pipe" });

/** Packs the package in `folder`; the path of its file in `out`. */
function pack(folder, out) {
  const npm = process.env.npm_execpath;
  if (npm === undefined) throw new Error("Start it by npm: npm run openblas");
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", out];
  const [{ filename }] = JSON.parse(printedBy(process.execPath, [npm, ...args], folder));
  // npm 10 prints the name with its scope.
  return join(out, basename(filename.replace(/^@/, "").replace("/", "-")));
}

/** Calls `use` with an empty folder that is gone afterwards. */
function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "chainrule-openblas-"));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findPython() {
  const own = join(root, ".venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  for (const python of [own, "python3", "python"]) {
    try {
      printedBy(python, ["-m", "pip", "--version"], root);
      return python;
    } catch {}
  }
  throw new Error("No Python with pip: python3 -m venv .venv makes one.");
}

/** Makes one platform's package; the path of its file. Throws where the wheel is not the one that the record names. */
export function packOpenblas(platform, out) {
  const { tag, sha256 } = platforms[platform];
  return inFolder((folder) => {
    const requirements = join(folder, "requirements.txt");
    writeFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${sha256}\n`);
    const unpacked = join(folder, "wheel");
    const only = ["--no-deps", "--only-binary", ":all:", "--platform", tag, "--require-hashes", "-r", requirements];
    const quiet = ["--quiet", "--disable-pip-version-check", "--no-compile"];
    printedBy(findPython(), ["-m", "pip", "install", ...quiet, "--target", unpacked, ...only], folder);
    const lib = join(unpacked, "scipy_openblas32/lib");
    const library = readdirSync(lib).find((name) => /\.(so|dylib|dll)$/.test(name));
    const made = join(folder, "package");
    mkdirSync(made);
    copyFileSync(join(lib, library), join(made, library));
    copyFileSync(
      join(unpacked, `scipy_openblas32-${wheel.version}.dist-info/licenses/LICENSE.txt`),
      join(made, "LICENSE.txt"),
    );
    const [os, cpu, libc] = platform.split("-");
    const manifest = {
      name: nameOf(platform),
      version,
      description: `OpenBLAS for chainrule on ${platform}, from the PyPI wheel ${wheel.name} ${wheel.version}.`,
      license: "SEE LICENSE IN LICENSE.txt",
      os: [os],
      cpu: [cpu],
      ...(os === "linux" && { libc: [libc ?? "glibc"] }),
      main: library,
      files: [library],
      preferUnplugged: true,
    };
    writeFileSync(join(made, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    writeFileSync(join(made, "README.md"), readme(platform, library));
    return pack(made, out);
  });
}

const readme = (platform, library) => `# ${nameOf(platform)}

OpenBLAS for [chainrule](https://www.npmjs.com/package/chainrule) on ${platform}: an optional dependency of it, which computes its large matrix products.

\`${library}\` is that of the PyPI wheel ${wheel.name} ${wheel.version} (${platforms[platform].tag}, SHA-256 ${platforms[platform].sha256}),
byte for byte. Its licences are in LICENSE.txt: BSD for OpenBLAS and LAPACK, GPL 3 with the GCC runtime library exception for the Fortran runtime inside.
`;

/**
 * Packs chainrule with the packages as its optional dependencies; the path of its file. The project's own package.json
 * does not name them: `npm ci` fails where the registry lacks one, and names that are not published yet are anyone's. Macs get none:
 * Accelerate is on all of them, and is taken first.
 */
export function packChainrule(out) {
  return inFolder((folder) => {
    printedBy("tar", ["-xzf", basename(pack(root, folder))], folder);
    const file = join(folder, "package/package.json");
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    const listed = Object.keys(platforms).filter((platform) => !platform.startsWith("darwin"));
    for (const platform of listed) manifest.optionalDependencies[nameOf(platform)] = version;
    writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
    return pack(join(folder, "package"), out);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({ options: { out: { type: "string" } }, allowPositionals: true });
  const unknown = positionals.filter((platform) => !hasOpenblas(platform));
  if (unknown.length > 0)
    throw new Error(`No package for ${unknown.join(", ")}: there are ${Object.keys(platforms).join(", ")}.`);
  const out = values.out ?? join(root, "dist-openblas");
  mkdirSync(out, { recursive: true });
  for (const platform of positionals.length > 0 ? positionals : Object.keys(platforms))
    console.log(packOpenblas(platform, out));
  console.log(packChainrule(out));
}
