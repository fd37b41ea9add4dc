// The token of the printed address, and the cookie that it sets: who has seen the terminal may control a training and read data.
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";

export class Token {
  readonly text = randomBytes(24).toString("base64url");
  readonly #cookie: string;

  /** Cookies of one host are shared by its ports: each lab has a name of its own. */
  constructor(port: number) {
    this.#cookie = `chainrule-lab-${port}`;
  }

  is(text: string | undefined): boolean {
    const given = Buffer.from(text ?? "");
    const own = Buffer.from(this.text);
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** No page of another site sends it, no script reads it, and it ends with the browser. */
  give(context: Context): void {
    setCookie(context, this.#cookie, this.text, { path: "/", httpOnly: true, sameSite: "Strict" });
  }

  isIn(context: Context): boolean {
    return this.is(getCookie(context, this.#cookie));
  }
}
