// chainrule/check: gradients compared with differences, and ops of users, whose rules are compared so when they are defined.
export type { DirectionCheck, SweepStep } from "./check-direction.ts";
export {
  type CheckGradientsOptions,
  checkGradients,
  type Disagreement,
  type GradientCheck,
} from "./check-gradients.ts";
export { defineOp, type OpDefinition, type OpGradientContext } from "./define-op.ts";
export type { KinkedOp, WrongElement, WrongOp } from "./locate-disagreement.ts";
