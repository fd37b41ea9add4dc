// What CHAINRULE_BLAS names: taken, refused with the reason, or nothing at all.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it, vi } from "vitest";
import { ChainruleError } from "../../ir/errors.ts";
import { findBlas } from "./find.ts";

const folder = mkdtempSync(join(tmpdir(), "chainrule-blas-"));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is found where CHAINRULE_BLAS is `setting`, or the error. */
function foundBy(setting: string) {
  vi.stubEnv("CHAINRULE_BLAS", setting);
  try {
    return findBlas();
  } catch (error) {
    return error as ChainruleError;
  }
}

it("looks for none where it is off", () => {
  expect(foundBy("off")).toEqual({ reason: "CHAINRULE_BLAS is off" });
});

it.each(["libopenblas.so", "libscipy_openblas.so", "blas.so"])("refuses a file %s that is no library", (name) => {
  const file = join(folder, name);
  writeFileSync(file, "not a library");
  const error = foundBy(file);
  expect(error).toBeInstanceOf(ChainruleError);
  expect(error).toMatchObject({ code: "BLAS_NOT_FOUND", details: { file } });
  // The loader's reason, once, though its functions were looked for under two names.
  expect((error as ChainruleError).message.match(/Failed to load/g)).toHaveLength(1);
});

it.skipIf(process.platform !== "linux")("names the functions that a library lacks", () => {
  expect(foundBy("libm.so.6")).toMatchObject({
    message: expect.stringMatching(/'cblas_sgemm'.*; .*'scipy_cblas_sgemm'/),
  });
});
