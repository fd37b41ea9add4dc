// The lab's server: on 127.0.0.1, for the pages that it gives itself.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { ChainruleError } from "../../ir/errors.ts";
import { labApp } from "./app.ts";
import type { TrainingControl } from "./control.ts";
import { answerHeaders, refusalOf } from "./guard.ts";
import { RunsFolder } from "./runs-folder.ts";
import { Site } from "./site.ts";
import { Token } from "./token.ts";

export interface LabOptions {
  /** The folder whose runs are shown. */
  readonly folder: string;
  /** The run in it that is opened. */
  readonly opened?: string | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Of a training in this process. */
  readonly control?: TrainingControl | undefined;
  /** The built page. Default: that of the package. */
  readonly site?: string | undefined;
  readonly onFault?: (error: Error) => void;
}

export interface LabServer {
  /** To be opened in a browser; holds the token. */
  readonly address: string;
  readonly port: number;
  /** Ends the streams after what is there, then everything. */
  close(): Promise<void>;
}

/** A request is a few hundred bytes, and comes at once. */
const limits = {
  maxHeaderSize: 8192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
} as const;
const mostConnections = 100;
/** For pages that take the last events. */
const closeMilliseconds = 1_000;

/** Throws INVALID_ARGUMENT where the port is taken. */
export async function startLab({
  folder,
  opened,
  port,
  control,
  site,
  onFault = () => {},
}: LabOptions): Promise<LabServer> {
  const closing = new AbortController();
  const files = await Site.open(site);
  let answer: RequestListener = (_, outgoing) => outgoing.destroy();
  const server = createServer(limits, (incoming, outgoing) => answer(incoming, outgoing));
  server.maxConnections = mostConnections;
  await listen(server, port);
  const own = (server.address() as AddressInfo).port;
  const token = new Token(own);
  const runs = new RunsFolder(folder);
  const app = labApp({ runs, opened, control, site: files, token, closing: closing.signal, onFault });
  // The program's own Request and Response stay as they are.
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  answer = (incoming, outgoing) => {
    for (const [name, value] of Object.entries(answerHeaders)) outgoing.setHeader(name, value);
    const refusal = refusalOf(incoming, own);
    if (refusal === undefined) return void listener(incoming, outgoing);
    const { status, message, headers } = refusal;
    outgoing.writeHead(status, { "Content-Type": "application/json", ...headers });
    outgoing.end(JSON.stringify({ code: "REFUSED", message }));
  };
  return {
    address: `http://127.0.0.1:${own}/?token=${token.text}`,
    port: own,
    async close() {
      const closed = once(server, "close");
      server.close();
      closing.abort();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), closeMilliseconds);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function listen(server: Server, port = 0): Promise<void> {
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === "EADDRINUSE" ? "is taken" : `cannot be had (${code})`;
    throw new ChainruleError(
      "INVALID_ARGUMENT",
      `Port ${port} ${why}. Choose another, or none for a free one.`,
      { port },
      { cause },
    );
  }
}
