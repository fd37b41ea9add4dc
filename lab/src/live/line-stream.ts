// The events of runs as their server sends them: one stream for one or two, none while the page is hidden, without gap or repeat.

/** How it stands with a run, as the server says it. */
export interface RunNews {
  readonly status: "running" | "finished" | "interrupted" | "failed" | "crashed" | "unreadable";
  /** Why it cannot be read. */
  readonly message?: string;
  /** Of the training in the server's process, which can be asked to pause and to stop. */
  readonly control?: "running" | "paused" | "stopping" | "ended";
}

export interface StreamListener {
  /** A line of events.jsonl; the first has the number 1. */
  line(text: string, number: number): void;
  /** What was told is void, and line 1 comes next. */
  reset(): void;
  news(news: RunNews): void;
  /** Whether the server is there. */
  connected(isConnected: boolean): void;
}

export interface Followed {
  readonly name: string;
  readonly listener: StreamListener;
}

/** Of the browser, or a test's own. */
export interface Surroundings {
  readonly EventSource: new (url: string) => EventSource;
  readonly document: Pick<Document, "hidden" | "addEventListener" | "removeEventListener">;
}

/** Between a stream that broke and the next try: twice as long each time. */
const milliseconds = { first: 500, most: 10_000 } as const;

export class LineStream {
  readonly #places: readonly Place[];
  readonly #surroundings: Surroundings;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait: number = milliseconds.first;

  /** It begins at once where the page is seen. */
  constructor(first: Followed, second?: Followed, surroundings: Surroundings = globalThis) {
    this.#places = [new Place(first, ""), ...(second ? [new Place(second, "with")] : [])];
    this.#surroundings = surroundings;
    surroundings.document.addEventListener("visibilitychange", this.#follow);
    this.#follow();
  }

  close(): void {
    this.#surroundings.document.removeEventListener("visibilitychange", this.#follow);
    this.#leave();
  }

  readonly #follow = (): void => {
    if (this.#surroundings.document.hidden) this.#leave();
    else if (this.#source === undefined) this.#connect();
  };

  #leave(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #connect(): void {
    clearTimeout(this.#timer);
    const path = `/api/runs/${encodeURIComponent(this.#places[0]!.name)}/events`;
    const source = new this.#surroundings.EventSource(
      `${path}?${this.#places.flatMap((place) => place.query()).join("&")}`,
    );
    this.#source = source;
    source.onopen = () => {
      this.#wait = milliseconds.first;
      for (const place of this.#places) place.listener.connected(true);
    };
    for (const place of this.#places) place.hear(source, () => this.#again());
    // The browser would connect anew by itself, and not say the mark.
    source.onerror = () => {
      for (const place of this.#places) place.listener.connected(false);
      this.#again();
    };
  }

  #again(): void {
    this.#leave();
    this.#timer = setTimeout(() => this.#follow(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, milliseconds.most);
  }
}

/** How far the lines of a run have come. */
class Place {
  readonly name: string;
  readonly listener: StreamListener;
  /** "with": of the second run of a stream. */
  readonly #role: "" | "with";
  /** Number of the last line. */
  #after = 0;
  /** The server's checksum of that line, where it has said it. */
  #mark: string | undefined;

  constructor({ name, listener }: Followed, role: "" | "with") {
    this.name = name;
    this.listener = listener;
    this.#role = role;
  }

  query(): readonly string[] {
    const [after, crc] = this.#role === "" ? ["after", "crc"] : ["withAfter", "withCrc"];
    return [
      ...(this.#role === "" ? [] : [`with=${encodeURIComponent(this.name)}`]),
      `${after}=${this.#after}`,
      ...(this.#mark === undefined ? [] : [`${crc}=${this.#mark}`]),
    ];
  }

  /** `again`: from the last line. */
  hear(source: EventSource, again: () => void): void {
    const on = (name: string, take: (event: MessageEvent<string>) => void): void =>
      source.addEventListener(this.#role === "" ? name : `with:${name}`, take as (event: Event) => void);
    on("message", ({ data, lastEventId }) => {
      const lines = data.split("\n");
      // Never, by what the server promises; a line that is missing must not go unseen.
      if (Number(lastEventId) !== this.#after + lines.length) return again();
      this.#mark = undefined;
      for (const line of lines) this.listener.line(line, ++this.#after);
    });
    on("mark", ({ data, lastEventId }) => {
      if (Number(lastEventId) === this.#after) this.#mark = data;
    });
    on("reset", () => {
      this.#after = 0;
      this.#mark = undefined;
      this.listener.reset();
    });
    on("run", ({ data }) => this.listener.news(JSON.parse(data) as RunNews));
  }
}
