// Messages of the library in the page name settings as its controls do.
import { ChainruleError } from "chainrule";
import { parseSetting } from "chainrule/train";
import { expect, it } from "vitest";
import { messageOf, settingLabel } from "./setting-words.ts";

const thrown = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

it("names the setting of a value as its field is labelled", () => {
  const error = thrown(() => parseSetting("learningRate", "abc"));
  expect(messageOf(error)).toBe('Learning rate must be a finite number above 0, for example 0.01; got "abc".');
  expect(messageOf((error as ChainruleError).toPlain())).toMatch(/^Learning rate must be /);
});

it("names settings that are advised, and leaves other words alone", () => {
  const error = new ChainruleError(
    "TOO_FEW_ROWS",
    'Give more rows, or validation: 0.2 holds some back; or columnTypes: { id: "ignore" } leaves it out. "validation" is a word here.',
    {
      settings: [
        { setting: "validation", value: 0.2, does: "holds some back" },
        { setting: "columnTypes", value: { id: "ignore" }, does: "leaves it out" },
      ],
    },
  );
  expect(messageOf(error)).toBe(
    'Give more rows, or Validation 0.2 holds some back; or Column types id=ignore leaves it out. "validation" is a word here.',
  );
  expect(messageOf(new Error("plain"))).toBe("plain");
  expect(settingLabel("target")).toBe("Predict");
});
