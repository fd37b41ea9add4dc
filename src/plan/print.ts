// A plan as readable text: buffers with their places, kernels in order.
import { formatAttributes, formatNumber } from "../ir/print.ts";
import { formatType } from "../ir/shape.ts";
import type { FusedArgument, FusedKernel, Kernel, Plan, View } from "./plan.ts";

export function printPlan(plan: Plan): string {
  const lines = plan.buffers.map(
    (b) =>
      `b${b.id}: ${formatType(b)} ${b.role}${b.name === undefined ? "" : ` "${b.name}"`} at ${b.offset}, ${b.bytes} bytes`,
  );
  const add = (title: string, kernels: readonly Kernel[]): void => {
    lines.push(title);
    for (const kernel of kernels) for (const line of printKernel(kernel)) lines.push(line);
  };
  if (plan.setup.length > 0) add("setup:", plan.setup);
  for (const [name, program] of Object.entries(plan.programs)) {
    const outputs = Object.entries(program.outputs).map(([output, view]) => `${output} = b${view.buffer}`);
    add(`program ${name}:`, program.kernels);
    lines.push(`  outputs ${outputs.join(", ")}`);
  }
  lines.push(`arena ${plan.arena.bytes} bytes (${plan.arena.bytesWithoutReuse} without reuse)`);
  return lines.join("\n");
}

const printView = (view: View): string => `b${view.buffer}${formatType(view).replace(/^[a-z0-9]+/, "")}`;

function printKernel(kernel: Kernel): string[] {
  if (kernel.kind === "op") {
    return [
      `  ${printView(kernel.output)} = ${kernel.op}(${kernel.inputs.map(printView).join(", ")})${formatAttributes(kernel.attributes)}`,
    ];
  }
  return [`  fused [${kernel.shape.join(",")}] {`, ...printSteps(kernel), "  }"];
}

function printSteps(kernel: FusedKernel): string[] {
  const argument = (a: FusedArgument): string =>
    a.kind === "number"
      ? formatNumber(a.value)
      : a.kind === "step"
        ? `s${a.index}`
        : printView(kernel.inputs[a.index]!);
  const stored = new Map<number, View[]>();
  for (const { step, view } of kernel.outputs) stored.set(step, [...(stored.get(step) ?? []), view]);
  return kernel.steps.map((step, i) => {
    const targets = (stored.get(i) ?? []).map((view) => `${printView(view)} = `).join("");
    return `    s${i} = ${targets}${step.op}(${step.arguments.map(argument).join(", ")})`;
  });
}
