// Settings in messages: as programs write them, and as data of an error.
import { expect, it } from "vitest";
import { ChainruleError } from "./errors.ts";
import { settingsIn, settingWords } from "./setting-advice.ts";

it("writes a setting as programs do", () => {
  const does = "takes it as missing";
  expect(settingWords({ setting: "columnMissing", value: { dose: ["-999"], "a b": ['"x":'] }, does })).toBe(
    String.raw`columnMissing: { dose: [ "-999" ], "a b": [ "\"x\":" ] } takes it as missing`,
  );
  expect(settingWords({ setting: "columnTypes", value: new Map([["id", "ignore"]]) })).toBe(
    'columnTypes: { id: "ignore" }',
  );
  expect(settingWords({ setting: "clipNorm", does: "scales them" })).toBe("clipNorm scales them");
  expect(settingWords({ setting: "standardize", value: false })).toBe("standardize: false");
});

it("reads the list that an error carries", () => {
  const settings = [{ setting: "loss", value: "mse" }];
  expect(settingsIn(new ChainruleError("INVALID_ARGUMENT", "…", { settings }).details)).toEqual(settings);
  expect(settingsIn(new ChainruleError("INVALID_ARGUMENT", "…", { settings: { loss: "mse" } }).details)).toEqual([]);
  expect(settingsIn({})).toEqual([]);
});
