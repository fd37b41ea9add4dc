// What the library says of settings, with the flags of the command line.
import { expect, it } from "vitest";
import { ChainruleError } from "../ir/errors.ts";
import { settingWords } from "../ir/setting-advice.ts";
import { adviceWords } from "./setting-advice.ts";
import { renderError } from "./terminal/error.ts";
import { styleOf } from "./terminal/style.ts";

it("names the flag of a setting, with its value or without", () => {
  expect(adviceWords({ setting: "clipNorm", does: "scales them" })).toBe("--clip scales them");
  expect(adviceWords({ setting: "standardize", value: false })).toBe("--no-standardize");
  expect(adviceWords({ setting: "columnTypes", value: { "zip code": "ignore", id: "ignore" }, does: "helps" })).toBe(
    "--type 'zip code=ignore' --type id=ignore helps",
  );
});

it("keeps the words of the library for what no flag sets", () => {
  expect(adviceWords({ setting: "residual", value: false, does: "helps" })).toBe("residual: false helps");
  expect(adviceWords({ setting: "observeEvery", value: 3 })).toBe("observeEvery: 3");
});

it("an error's message is shown with the flags of the settings that it carries", () => {
  const settings = [
    { setting: "task", value: "classification", does: "takes it as classes" },
    { setting: "columnTypes", value: { "$&": "ignore" }, does: "leaves it out" },
  ];
  const error = new ChainruleError("TYPE_MISMATCH", `Either ${settings.map(settingWords).join(", or ")}.`, {
    settings,
  });
  expect(error.message).toBe(
    'Either task: "classification" takes it as classes, or columnTypes: { "$&": "ignore" } leaves it out.',
  );
  expect(renderError(error, styleOf({})).slice(0, 2).join(" ")).toBe(
    "error: Either --task classification takes it as classes, or --type '$&=ignore' leaves it out.",
  );
});
