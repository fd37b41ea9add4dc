// What the server answers: the page, the runs of a folder, their events, and what the page asks of a training.
import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { diagnose } from "../../diagnose/index.ts";
import { ChainruleError } from "../../ir/errors.ts";
import { openRun } from "../../runs/index.ts";
import { statusOf } from "../../runs/run-state.ts";
import { type Control, controls, type TrainingControl } from "./control.ts";
import type { Mark } from "./event-lines.ts";
import { eventBody } from "./event-stream.ts";
import { apiPath } from "./guard.ts";
import { runData, runFile, type Served } from "./run-files.ts";
import type { RunsFolder } from "./runs-folder.ts";
import type { Site } from "./site.ts";
import type { Token } from "./token.ts";

export interface Lab {
  readonly runs: RunsFolder;
  /** The run that was asked for by name. */
  readonly opened: string | undefined;
  /** The training of this process. */
  readonly control: TrainingControl | undefined;
  readonly site: Site;
  readonly token: Token;
  /** Aborted where the server ends. */
  readonly closing: AbortSignal;
  /** Hears of what no request should bring about. */
  readonly onFault: (error: Error) => void;
}

type Env = { Bindings: HttpBindings };
type Answer = Context<Env>;

export function labApp(lab: Lab): Hono<Env> {
  const app = new Hono<Env>();
  app.use(`${apiPath}*`, async (c, next) => {
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.get("/api/runs", async (c) => c.json(await listed(lab)));
  app.get("/api/runs/:run", (c) =>
    ofRun(lab, c, async (dir) => {
      const run = await openRun(dir);
      return c.json({ status: await statusOf(run), manifest: run.manifest });
    }),
  );
  app.get("/api/runs/:run/findings", (c) =>
    ofRun(lab, c, async (dir) => {
      const events = await (await openRun(dir)).events();
      const hasBegun = events.some(({ type }) => type === "start");
      return c.json(hasBegun ? diagnose(events) : { healthy: true, verdicts: [], ledger: [] });
    }),
  );
  app.get("/api/runs/:run/events", (c) => ofRun(lab, c, (dir) => events(lab, c, dir)));
  app.get("/api/runs/:run/files/:file", (c) =>
    ofRun(lab, c, (dir) => withCookie(lab, c, async () => served(c, await runFile(dir, c.req.param("file"))))),
  );
  app.get("/api/runs/:run/data/:n{[0-9]{1,4}}", (c) =>
    ofRun(lab, c, (dir) => withCookie(lab, c, async () => served(c, await runData(dir, Number(c.req.param("n")))))),
  );
  app.post(`/api/training/:control{${controls.join("|")}}`, (c) =>
    withCookie(lab, c, () => {
      const { control } = lab;
      if (control === undefined) return refused(c, 404, "No training of this process is shown here.");
      control.ask(c.req.param("control") as Control);
      return c.json({ state: control.state });
    }),
  );
  app.get("*", (c) => page(lab, c));
  app.notFound((c) => refused(c, 404, "There is nothing here."));
  app.onError((error, c) => {
    if (error instanceof ChainruleError) return refused(c, 422, error.message, error.code);
    lab.onFault(error);
    return refused(c, 500, "The lab failed at this. The terminal says how.");
  });
  return app;
}

async function listed({ runs, opened, control }: Lab) {
  const all = await runs.list();
  const own = control && all.find(({ name }) => control.isOf(runs.place(name)));
  const shown = opened ?? own?.name;
  return {
    folder: runs.path,
    ...(shown !== undefined && { opened: shown }),
    ...(control && { training: { state: control.state, ...(own && { run: own.name }) } }),
    runs: all,
  };
}

async function ofRun(
  { runs }: Lab,
  c: Answer,
  answer: (dir: string) => Promise<Response> | Response,
): Promise<Response> {
  const dir = await runs.dirOf(c.req.param("run") ?? "");
  return dir === undefined ? refused(c, 404, "There is no such run in this folder.") : answer(dir);
}

function withCookie(
  { token }: Lab,
  c: Answer,
  answer: () => Promise<Response> | Response,
): Promise<Response> | Response {
  if (token.isIn(c)) return answer();
  return refused(c, 403, "Open the lab by the address that the terminal printed: it lets this browser do that.");
}

function served(c: Answer, file: Served | undefined): Response {
  if (file === undefined) return refused(c, 404, "The run has no such file.");
  return c.body(new Uint8Array(file.bytes), 200, { "Content-Type": file.type });
}

async function events({ runs, control, closing, onFault }: Lab, c: Answer, dir: string): Promise<Response> {
  const mark = markOf(c.req.header("last-event-id"), c.req.query("after"), c.req.query("crc"));
  const beside = c.req.query("with");
  const [other, otherMark] =
    beside === undefined
      ? []
      : [await runs.dirOf(beside), markOf(undefined, c.req.query("withAfter"), c.req.query("withCrc"))];
  if (mark === undefined || (other !== undefined && otherMark === undefined))
    return refused(c, 400, "Events come after a line, which is named by its number.");
  const missing = beside === undefined ? undefined : "missing";
  const second = other === undefined ? missing : { dir: other, mark: otherMark! };
  const signal = AbortSignal.any([c.req.raw.signal, closing]);
  // Nothing more is asked for on this connection.
  const headers = { "Content-Type": "text/event-stream", Connection: "close" };
  return c.body(eventBody({ dir, mark }, second, { control, signal, onFault }), 200, headers);
}

/** Where a connection was lost, the browser says the last id; where the page makes a new one, it says the line and its checksum. */
function markOf(last: string | undefined, line = "0", checksum?: string): Mark | undefined {
  const after = wholeNumber(last ?? line);
  const crc = last === undefined ? checksum : undefined;
  if (after === undefined || (crc !== undefined && wholeNumber(crc) === undefined)) return undefined;
  return { after, ...(crc !== undefined && { crc: Number(crc) }) };
}

const wholeNumber = (text: string): number | undefined => (/^\d{1,12}$/.test(text) ? Number(text) : undefined);

async function page({ site, token }: Lab, c: Answer): Promise<Response> {
  const given = c.req.query("token");
  if (given !== undefined && c.req.path === "/") {
    if (!token.is(given))
      return c.text("This address is of a lab that has ended. Open the one that the terminal printed last.", 403);
    token.give(c);
    c.header("Cache-Control", "no-store");
    // The fragment stays; the token is in the address no more.
    return c.redirect("/", 303);
  }
  const file = site.find(c.req.path);
  if (file === undefined) return c.notFound();
  const content = await site.read(file);
  return c.body(typeof content === "string" ? content : new Uint8Array(content), 200, {
    "Content-Type": file.type,
    "Cache-Control": file.isHashed ? "private, max-age=31536000, immutable" : "no-cache",
  });
}

type RefusalStatus = 400 | 403 | 404 | 422 | 500;

const refused = (c: Answer, status: RefusalStatus, message: string, code = "REFUSED"): Response =>
  c.json({ code, message }, status);
