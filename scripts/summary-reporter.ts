// The last lines of a test run: what was skipped, then `N passed, N failed`. In CI nothing may be skipped.
import type { Reporter, TestModule } from "vitest/node";

export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    const skips: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state]++;
        if (state === "skipped") skips.push(`SKIPPED ${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    if (skips.length > 0 && process.env.CI) process.exitCode = 1;
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : "";
    // After the other reporters' last words.
    process.once("exit", () => {
      for (const line of skips) process.stdout.write(`${line}\n`);
      if (skips.length > 0 && process.env.CI)
        process.stdout.write("In CI nothing may be skipped: install what is missing.\n");
      process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${skipped}\n`);
    });
  }
}
