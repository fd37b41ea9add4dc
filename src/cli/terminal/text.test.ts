// Text, numbers, bars and errors as they are printed.
import picocolors from "picocolors";
import { describe, expect, it } from "vitest";
import { ChainruleError } from "../../ir/errors.ts";
import { logShare, thinBar } from "./bar.ts";
import { renderError } from "./error.ts";
import { compact, duration, magnitude, metricValue, significant } from "./format.ts";
import { type Style, styleOf } from "./style.ts";
import { cut, cutStart, displayWidth, printable, wrap } from "./text.ts";

const plain = (width: number): Style => ({ width, colors: picocolors.createColors(false) });

describe("text", () => {
  it("is measured in cells", () => {
    expect(["abc", "é", "e\u0301", "日本", "👍🏽", "\u001b[31mred\u001b[39m", "━╸"].map(displayWidth)).toEqual([
      3, 1, 1, 4, 2, 3, 2,
    ]);
  });
  it("takes the same cells alone and beside characters that must be looked at one by one", () => {
    const all = Array.from({ length: 0x2600 - 32 }, (_, i) => String.fromCharCode(32 + i));
    // Letters of Hangul join, and marks of direction are no text.
    const texts = all
      .filter((text) => /[\p{Script=Latin}\p{P}\p{S}\p{N}]/u.test(text))
      .map((text) => `a${text}━${text}`);
    expect(texts.filter((text) => displayWidth(text) !== displayWidth(`${text}日`) - 2)).toEqual([]);
  });
  it("is cut between characters", () => {
    expect([cut("abcdef", 4), cut("日本語", 4), cut("abc", 3), cutStart("model.layers.12", 10), cut("abc", 0)]).toEqual(
      ["abc…", "日…", "abc", "…layers.12", ""],
    );
  });
  it("from data cannot move the cursor", () => {
    expect(printable("a\u001b[2Jb\r\nc\u202e")).toBe("ab��c�");
  });
  it("wraps at spaces", () => {
    expect(wrap("one two three /a/very/long/path end\nnew", 9)).toEqual([
      "one two",
      "three",
      "/a/very/long/path",
      "end",
      "new",
    ]);
  });
});

describe("numbers", () => {
  it("with four significant digits", () => {
    expect(
      [0, 0.34125, 1.23456, 99.999, 1234.5, 123456, 3.4123e-5, 0.0012345, 2e6, -0.5, Number.NaN].map(significant),
    ).toEqual([
      "0",
      "0.3412",
      "1.235",
      "100.00",
      "1235",
      "123456",
      "3.412e-5",
      "0.001234",
      "2.000e6",
      "-0.5000",
      "NaN",
    ]);
  });
  it("with units", () => {
    expect([0, 1.234, 950, 999.9, 12_345, 999_999, 4_560_000, 2e9].map(compact)).toEqual([
      "0",
      "1.23",
      "950",
      "1.00k",
      "12.3k",
      "1.00M",
      "4.56M",
      "2.00G",
    ]);
    expect(
      [0, 0.042, 0.999, 9.99, 42, 59.6, 80, 3599.7, 7500, 360_000, Number.POSITIVE_INFINITY].map(duration),
    ).toEqual(["0 s", "0.04 s", "1.0 s", "10 s", "42 s", "1m 00s", "1m 20s", "1h 00m", "2h 05m", "100h 00m", "?"]);
    expect([0.00234, 0, 12, 1e-12].map(magnitude)).toEqual(["2.3e-3", "0", "1.2e1", "1.0e-12"]);
  });
  it("of metrics", () => {
    expect([metricValue("accuracy", 0.8731), metricValue("r2", -0.5), metricValue("rmse", 12.3456)]).toEqual([
      "87.31%",
      "-0.5000",
      "12.35",
    ]);
  });
});

describe("bars", () => {
  it("are half a cell fine", () => {
    expect([0, 0.12, 0.25, 0.5, 1, 2, Number.NaN].map((share) => thinBar(share, 2))).toEqual([
      "",
      "",
      "╸",
      "━",
      "━━",
      "━━",
      "",
    ]);
  });
  it("follow the logarithm", () => {
    expect(logShare(1e-3, 1e-8, 1e2)).toBeCloseTo(0.5, 12);
    expect([0, 1e-20, 1e5, Number.NaN].map((size) => logShare(size, 1e-8, 1e2))).toEqual([0, 0.01, 1, 0]);
  });
});

describe("errors", () => {
  const error = new ChainruleError(
    "UNKNOWN_COLUMN",
    'The target column "surived" is not in titanic.csv. Did you mean "survived"? Its columns: "age", "sex", "survived".',
  );
  Object.assign(error, { where: undefined });
  const show = (error: unknown, width: number) => `\n${renderError(error, plain(width)).join("\n")}\n`;

  it("are wrapped, without a stack", () => {
    expect(show(error, 40)).toMatchInlineSnapshot(`
      "
      error: The target column "surived" is
      not in titanic.csv. Did you mean
      "survived"? Its columns: "age", "sex",
      "survived".
      "
    `);
    expect(show(error, 80)).toMatchInlineSnapshot(`
      "
      error: The target column "surived" is not in titanic.csv. Did you mean
      "survived"? Its columns: "age", "sex", "survived".
      "
    `);
    expect(show(Object.assign(error, { where: "/home/me/train.ts:3:1" }), 120)).toMatchInlineSnapshot(`
      "
      error: The target column "surived" is not in titanic.csv. Did you mean "survived"? Its columns: "age", "sex",
      "survived".
        at /home/me/train.ts:3:1
      "
    `);
  });
  it("of the system have no stack", () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
      code: "ENOSPC",
      syscall: "write",
    });
    expect(show(full, 80)).toMatchInlineSnapshot(`
      "
      error: ENOSPC: no space left on device, write
      "
    `);
  });
  it("that are bugs have one", () => {
    const bug = new TypeError("x is not a function");
    bug.stack = "TypeError: x is not a function\n    at f (file.ts:1:2)";
    expect(show(bug, 80)).toMatchInlineSnapshot(`
      "
      bug: TypeError: x is not a function
          at f (file.ts:1:2)

      This is a mistake in Chainrule, not in your data. Please report it with the
      lines above.
      "
    `);
  });
});

it("colours need a terminal", () => {
  expect(styleOf({ isTTY: false, columns: 200 })).toMatchObject({ width: 80, colors: { isColorSupported: false } });
  expect(styleOf({ isTTY: true, columns: 100 }).width).toBe(99);
});
