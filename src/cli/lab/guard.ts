// Who may ask the server what: only pages that it gave itself, under the name that was printed, and requests of a plain form.
import type { IncomingMessage } from "node:http";
import { policy } from "./policy.ts";

/** Of every answer. */
export const answerHeaders: Readonly<Record<string, string>> = {
  "Content-Security-Policy": `${policy}; frame-ancestors 'none'`,
  // Cross-origin isolated: the machine's threads share memory.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export const apiPath = "/api/";

/**
 * What is wrong with a request that goes to `port` of this machine; undefined where nothing is. A page elsewhere may know the port, have a name that
 * leads here (DNS rebinding), or be of another port of 127.0.0.1, which is the same site.
 */
export function refusalOf(
  { method, url = "", headers, rawHeaders }: IncomingMessage,
  port: number,
): Refusal | undefined {
  const no = (message: string, status = 403): Refusal => ({ status, message });
  // http://elsewhere/ in place of a path is for proxies.
  if (!url.startsWith("/")) return no("The request must name a path.", 400);
  const named = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "host").length;
  const { host = "", origin } = headers;
  if (named > 1) return no("The request must have one Host.", 400);
  if (!hostsOf(port).includes(host.toLowerCase()))
    return no("This is the lab of 127.0.0.1, asked for by another name.");
  if (origin !== undefined && origin !== `http://${host.toLowerCase()}`)
    return no("The request comes from another page.");
  const site = headers["sec-fetch-site"];
  const isFromElsewhere = site !== undefined && site !== "same-origin" && site !== "none";
  // A link elsewhere may lead to the page.
  const isLink = headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if (isFromElsewhere && !(isLink && method === "GET" && !url.startsWith(apiPath)))
    return no("The request comes from another page.");
  if (method === "POST" && origin === undefined) return no("The request must say what page it comes from.");
  if (method !== "GET" && method !== "HEAD" && method !== "POST")
    return { ...no("The request must be GET, HEAD or POST.", 405), headers: { Allow: "GET, HEAD, POST" } };
  if (headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0)
    return { ...no("The request must have no body.", 413), headers: { Connection: "close" } };
  return undefined;
}

/** Port 80 is left out of addresses. */
const hostsOf = (port: number): readonly string[] =>
  ["127.0.0.1", "localhost"].map((name) => new URL(`http://${name}:${port}`).host);
