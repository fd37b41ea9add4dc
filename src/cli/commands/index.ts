// The list of commands, in the order in which the help has them.
import type { CommandFamily, CommandRecord } from "../command.ts";
import { bridgeCommand } from "./bridge.ts";
import { checkCommand } from "./check.ts";
import { demoCommand } from "./demo.ts";
import { diagnoseCommand } from "./diagnose.ts";
import { evaluateCommand } from "./evaluate.ts";
import { explainCommand } from "./explain.ts";
import { exportCommand } from "./export.ts";
import { infoCommand } from "./info.ts";
import { labCommand } from "./lab.ts";
import { ledgerCommand } from "./ledger.ts";
import { lrTestCommand } from "./lr-test.ts";
import { predictCommand } from "./predict.ts";
import { runsCommand } from "./runs.ts";
import { trainCommand } from "./train.ts";

export const commands: readonly (CommandRecord | CommandFamily)[] = [
  trainCommand,
  runsCommand,
  diagnoseCommand,
  lrTestCommand,
  evaluateCommand,
  predictCommand,
  exportCommand,
  explainCommand,
  ledgerCommand,
  labCommand,
  bridgeCommand,
  checkCommand,
  demoCommand,
  infoCommand,
];
