// The events of a run as its server sends them: one stream, none while the page is hidden, without gap or repeat.

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

/** Of the browser, or a test's own. */
export interface Surroundings {
  readonly EventSource: new (url: string) => EventSource;
  readonly document: Pick<Document, "hidden" | "addEventListener" | "removeEventListener">;
}

/** Between a stream that broke and the next try: twice as long each time. */
const milliseconds = { first: 500, most: 10_000 } as const;

export class LineStream {
  readonly #url: string;
  readonly #listener: StreamListener;
  readonly #surroundings: Surroundings;
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait: number = milliseconds.first;
  /** Number of the last line. */
  #after = 0;
  /** The server's checksum of that line, where it has said it. */
  #mark: string | undefined;

  /** `url`: …/api/runs/NAME/events. It begins at once where the page is seen. */
  constructor(url: string, listener: StreamListener, surroundings: Surroundings = globalThis) {
    this.#url = url;
    this.#listener = listener;
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
    const mark = this.#mark === undefined ? "" : `&crc=${this.#mark}`;
    const source = new this.#surroundings.EventSource(`${this.#url}?after=${this.#after}${mark}`);
    this.#source = source;
    source.onopen = () => {
      this.#wait = milliseconds.first;
      this.#listener.connected(true);
    };
    source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      const number = Number(lastEventId);
      // Never, by what the server promises; a line that is missing must not go unseen.
      if (number !== this.#after + 1) return this.#again();
      this.#after = number;
      this.#mark = undefined;
      this.#listener.line(data, number);
    };
    source.addEventListener("mark", ({ data, lastEventId }: MessageEvent<string>) => {
      if (Number(lastEventId) === this.#after) this.#mark = data;
    });
    source.addEventListener("reset", () => {
      this.#after = 0;
      this.#mark = undefined;
      this.#listener.reset();
    });
    source.addEventListener("run", ({ data }: MessageEvent<string>) => {
      this.#listener.news(JSON.parse(data) as RunNews);
    });
    // The browser would connect anew by itself, and not say the mark.
    source.onerror = () => {
      this.#listener.connected(false);
      this.#again();
    };
  }

  #again(): void {
    this.#leave();
    this.#timer = setTimeout(() => this.#follow(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, milliseconds.most);
  }
}
