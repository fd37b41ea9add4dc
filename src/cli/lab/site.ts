// The page as it was built: its files by their paths, listed once, so that no path is made from what somebody asks for.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ChainruleError } from "../../ir/errors.ts";
import { cliFolder } from "../folder.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
  ".wasm": "application/wasm",
};

export interface SiteFile {
  readonly path: string;
  readonly type: string;
  /** Whether its name holds a hash of its content. */
  readonly isHashed: boolean;
}

/** Tells the page that it has a server, which a static site has not. */
const serverMark = '<meta name="chainrule-server" content="yes" />';

export class Site {
  readonly #files: ReadonlyMap<string, SiteFile>;

  private constructor(files: ReadonlyMap<string, SiteFile>) {
    this.#files = files;
  }

  /** Of a folder; default: what was built with this package. */
  static async open(folder?: string): Promise<Site> {
    const place = folder ?? (await builtFolder());
    const entries = await readdir(place, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        const url = `/${path.slice(place.length).split(sep).filter(Boolean).join("/")}`;
        const type = types[extname(name)] ?? "application/octet-stream";
        return [url, { path, type, isHashed: url.startsWith("/assets/") }] as const;
      });
    return new Site(new Map(files));
  }

  find(path: string): SiteFile | undefined {
    return this.#files.get(path === "/" ? "/index.html" : path);
  }

  async read({ path, type }: SiteFile): Promise<Uint8Array | string> {
    const content = await readFile(path);
    return type.startsWith("text/html") ? content.toString("utf8").replace("<head>", `<head>${serverMark}`) : content;
  }
}

async function builtFolder(): Promise<string> {
  // Beside the command line in the package; from the source, where the build puts it.
  for (const place of ["../lab/", "../../dist/lab/"]) {
    const folder = fileURLToPath(new URL(place, cliFolder));
    if (existsSync(join(folder, "index.html"))) return folder;
  }
  throw new ChainruleError(
    "FILE_NOT_FOUND",
    "The lab's page is not in this package: dist/lab is missing. Install the package again; from its source, npm run build makes it.",
  );
}
