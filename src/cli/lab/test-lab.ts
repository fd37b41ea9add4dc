// For tests of the lab's server: one that serves a small page, requests as they go over the wire, and streams of events.
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { onTestFinished } from "vitest";
import { type LabOptions, type LabServer, startLab } from "./server.ts";

/** In the folder that the test works in; ends with the test. */
export async function testLab(options: Partial<LabOptions> = {}): Promise<LabServer> {
  await mkdir("site/assets", { recursive: true });
  await writeFile("site/index.html", "<!doctype html><html><head></head><body>lab</body></html>");
  await writeFile("site/assets/index-abc123.js", "export {};");
  await writeFile("site/icon.svg", "<svg/>");
  await writeFile("secret.txt", "not for pages");
  const lab = await startLab({ folder: "runs", site: "site", ...options });
  onTestFinished(() => lab.close());
  return lab;
}

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Bytes over a socket, and what comes until the server closes it. */
export function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(text));
    socket.setEncoding("utf8");
    socket.on("data", (more) => {
      answer += more;
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}

/** A request line and headers as they are given; Host is added where there is none. */
export async function request(
  port: number,
  line: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawAnswer> {
  const all = { Host: `127.0.0.1:${port}`, Connection: "close", ...headers };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return parsed(await raw(port, `${line} HTTP/1.1\r\n${head.join("")}\r\n`));
}

export function parsed(answer: string): RawAnswer {
  const end = answer.indexOf("\r\n\r\n");
  const [first = "", ...lines] = answer.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((one) => [one.slice(0, one.indexOf(":")).toLowerCase(), one.slice(one.indexOf(":") + 1).trim()]),
  );
  return { status: Number(first.split(" ")[1]), headers, body: answer.slice(end + 4) };
}

/** "name=value" of the cookie that the printed address sets. */
export async function cookieOf({ address, port }: LabServer): Promise<string> {
  const { headers } = await request(port, `GET ${address.slice(address.indexOf("/?"))}`);
  return headers["set-cookie"]!.split(";")[0]!;
}

export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

/** The events of a stream, as EventSource gives them, but a message for each of its lines, until it ends or is left. */
export async function* eventsAt(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): AsyncGenerator<StreamEvent> {
  const controller = new AbortController();
  const response = await fetch(url, { headers, signal: controller.signal });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  let text = "";
  let id = "";
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split("\n\n");
      text = blocks.pop()!;
      for (const block of blocks) {
        const fields = block.split("\n").map((line) => /^(\w*): ?(.*)$/s.exec(line)?.slice(1) ?? [line, ""]);
        const all = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value!);
        id = all("id").at(-1) ?? id;
        const event = all("event").at(-1) ?? "message";
        const data = all("data");
        if (!event.endsWith("message")) yield { event, id, data: data.join("\n") };
        else
          for (const [i, line] of data.entries())
            yield { event, id: `${Number(id) - data.length + 1 + i}`, data: line };
      }
    }
  } catch (error) {
    // A server that is killed breaks the connection.
    if (!(error instanceof TypeError)) throw error;
  } finally {
    controller.abort();
  }
}
