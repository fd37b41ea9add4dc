// Builds graphs node by node: infers shapes, converts operands, keeps the topological order.
import type { Builder, Operand, Value } from "../ir/builder.ts";
import { allocate, type DType, type FloatDType, isFloat, promote } from "../ir/dtype.ts";
import type { Graph, Node, NodeId, OpAttributes, OpName } from "../ir/graph.ts";
import { acceptedAt, isShared } from "../ir/op.ts";
import type { Shape, TensorType } from "../ir/shape.ts";
import { recordOf } from "../ops/index.ts";

export class GraphBuilder implements Builder {
  readonly nodes: Node[] = [];
  readonly inputs: NodeId[] = [];
  /** Element type of float values that have no type of their own yet. */
  readonly float: FloatDType;

  constructor(float: FloatDType = "float64") {
    this.float = float;
  }

  /** A builder that goes on where `graph` ends; ids stay. */
  static from(graph: Graph): GraphBuilder {
    const builder = new GraphBuilder(graph.nodes.some((node) => node.dtype === "float64") ? "float64" : "float32");
    for (const node of graph.nodes) builder.nodes.push(node);
    for (const id of graph.inputs) builder.inputs.push(id);
    return builder;
  }

  finish(outputs: readonly Value[]): Graph {
    return { nodes: this.nodes, inputs: this.inputs, outputs: outputs.map((value) => value.id) };
  }

  input(type: TensorType, name: string): Value {
    const value = this.apply("input", [], { shape: type.shape, dtype: type.dtype, name });
    this.inputs.push(value.id);
    return value;
  }

  apply<N extends OpName>(op: N, operands: readonly Operand[], attributes: OpAttributes[N]): Value {
    const inputs = this.#values(operands);
    const { shape, dtype } = recordOf(op).infer(inputs, attributes);
    const id = this.nodes.length;
    const node = { id, op, inputs: inputs.map((value) => value.id), attributes, shape, dtype };
    this.nodes.push(node as Node);
    return node;
  }

  /** Copies the nodes of `graph` after the own ones, its inputs replaced by `inputs`; gives its outputs. */
  inline(graph: Graph, inputs: readonly Value[]): Value[] {
    const placed = new Map<NodeId, Value>();
    graph.inputs.forEach((id, i) => {
      placed.set(id, inputs[i]!);
    });
    for (const node of graph.nodes) {
      if (placed.has(node.id)) continue;
      const id = this.nodes.length;
      const copy = { ...node, id, inputs: node.inputs.map((input) => placed.get(input)!.id) } as Node;
      this.nodes.push(copy);
      placed.set(node.id, copy);
    }
    return graph.outputs.map((id) => placed.get(id)!);
  }

  /** Numbers become constants of the type of the values beside them. */
  #values(operands: readonly Operand[]): Value[] {
    const types = operands.filter((operand) => typeof operand !== "number").map((value) => value.dtype);
    const numeric = types.filter((dtype) => dtype !== "bool");
    const common = numeric.reduce(promote, "bool");
    return operands.map((operand) => {
      if (typeof operand !== "number") return operand;
      const dtype = isFloat(common) || (common === "int32" && (operand | 0) === operand) ? common : this.float;
      return this.full({ shape: [], dtype }, operand);
    });
  }

  /**
   * The operands in element types that the op accepts: those that share a type are cast to the widest of theirs
   * (bool < int32 < float32 < float64); bool to int32 where only numbers are accepted, both to float where only floats are.
   */
  accepted(op: OpName, operands: readonly Operand[]): Value[] {
    const record = recordOf(op);
    const isSharing = operands.map((_, i) => isShared(acceptedAt(record, i)));
    const sharing = this.#values(operands.filter((_, i) => isSharing[i]));
    const dtype = sharing.map((value) => value.dtype).reduce(promote, "bool");
    const promoted = sharing.map((value) => this.cast(value, dtype));
    const values = operands.map((operand, i) => (isSharing[i] ? promoted.shift()! : (operand as Value)));
    return values.map((value, i) => {
      const accepts = acceptedAt(record, i);
      if (accepts === "float" && !isFloat(value.dtype)) return this.cast(value, this.float);
      return accepts === "number" && value.dtype === "bool" ? this.cast(value, "int32") : value;
    });
  }

  /** An op on operands of any element types. */
  applyTo<N extends OpName>(op: N, operands: readonly Operand[], attributes: OpAttributes[N]): Value {
    return this.apply(op, this.accepted(op, operands), attributes);
  }

  full(type: TensorType, value: number): Value {
    const data = allocate(type.dtype, 1);
    data[0] = value;
    return this.apply("constant", [], { shape: type.shape, dtype: type.dtype, data });
  }

  neg = (x: Operand) => this.apply("neg", [x], {});
  exp = (x: Operand) => this.apply("exp", [x], {});
  log = (x: Operand) => this.apply("log", [x], {});
  square = (x: Operand) => this.apply("square", [x], {});
  sign = (x: Operand) => this.apply("sign", [x], {});
  sin = (x: Operand) => this.apply("sin", [x], {});
  cos = (x: Operand) => this.apply("cos", [x], {});
  sigmoid = (x: Operand) => this.apply("sigmoid", [x], {});
  add = (x: Operand, y: Operand) => this.apply("add", [x, y], {});
  sub = (x: Operand, y: Operand) => this.apply("sub", [x, y], {});
  mul = (x: Operand, y: Operand) => this.apply("mul", [x, y], {});
  div = (x: Operand, y: Operand) => this.apply("div", [x, y], {});
  pow = (x: Operand, y: Operand) => this.apply("pow", [x, y], {});
  equal = (x: Operand, y: Operand) => this.apply("equal", [x, y], {});
  less = (x: Operand, y: Operand) => this.apply("less", [x, y], {});
  greater = (x: Operand, y: Operand) => this.apply("greater", [x, y], {});
  where = (condition: Value, x: Operand, y: Operand) => this.apply("where", [condition, x, y], {});
  cast = (x: Value, dtype: DType): Value => (x.dtype === dtype ? x : this.apply("cast", [x], { dtype }));
  matmul = (x: Value, y: Value, transposeX = false, transposeY = false) =>
    this.apply("matmul", [x, y], { transposeX, transposeY });
  sum = (x: Value, axes: readonly number[], keepDims: boolean) => this.apply("sum", [x], { axes, keepDims });
  mean = (x: Value, axes: readonly number[], keepDims: boolean) => this.apply("mean", [x], { axes, keepDims });
  reshape = (x: Value, shape: Shape) => this.apply("reshape", [x], { shape });
  transpose = (x: Value, permutation: readonly number[]) => this.apply("transpose", [x], { permutation });
  broadcast = (x: Value, shape: Shape) => this.apply("broadcast", [x], { shape });
  slice = (x: Value, start: readonly number[], stop: readonly number[]) => this.apply("slice", [x], { start, stop });
}
