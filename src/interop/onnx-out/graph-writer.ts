// An ONNX model being written: nodes, constants, inputs and outputs, each value with a name of its own.
import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { DType } from "../../ir/dtype.ts";
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "../schemas/onnx/onnx-ml.generated.ts";

/** Versions of the sets of operators that files are written in; IR 8 came with opset 17. */
const opsets = [
  { domain: "", version: 17n },
  { domain: "ai.onnx.ml", version: 2n },
];
const irVersion = 8n;

export type ElementType = DType | "int64" | "string";

export const elementTypes: Readonly<Record<ElementType, TensorProto_DataType>> = {
  float32: TensorProto_DataType.FLOAT,
  float64: TensorProto_DataType.DOUBLE,
  int32: TensorProto_DataType.INT32,
  int64: TensorProto_DataType.INT64,
  bool: TensorProto_DataType.BOOL,
  string: TensorProto_DataType.STRING,
};

/** Rows are any number: a dimension is so many, or so many for each row. */
export type Dimension = number | { readonly perRow: number };

export type AttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string }
  | { readonly texts: readonly string[] };
export type AttributeValues = Readonly<Record<string, AttributeValue>>;

interface Described {
  readonly type: ElementType;
  readonly shape: readonly Dimension[];
  readonly doc?: string;
}

export class GraphWriter {
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, string>();
  readonly #nodes: MessageInitShape<typeof NodeProtoSchema>[] = [];
  readonly #initializers: MessageInitShape<typeof TensorProtoSchema>[] = [];
  readonly #inputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  readonly #outputs: MessageInitShape<typeof ValueInfoProtoSchema>[] = [];
  /** A count of rows, int64 [1], of which dimensions are multiples; asked for once. */
  #rows: string | undefined;

  /** `outputs`: names that the file promises, which no other value gets. */
  constructor(outputs: readonly string[]) {
    for (const name of outputs) this.#names.add(name);
  }

  /** The name under which an input is asked for: `wanted`, or where that is taken one like it. */
  input(wanted: string, value: Described): string {
    const isPossible = wanted !== "" && wanted !== "__proto__" && !this.#names.has(wanted);
    const name = this.#named(isPossible ? wanted : `${wanted}_input`);
    this.#inputs.push(described(name, value));
    return name;
  }

  /** `value` under a name that the constructor was given. */
  output(name: string, value: string, type: Described): void {
    this.#nodes.push({ opType: "Identity", name: this.#named(`write ${name}`), input: [value], output: [name] });
    this.#outputs.push(described(name, type));
  }

  /** Adds a node, and gives the name of its output. */
  op(opType: string, inputs: readonly string[], attributes: AttributeValues = {}, domain = ""): string {
    const name = this.#named(opType.toLowerCase());
    const attribute = Object.entries(attributes).map(([key, value]) => attributeOf(key, value));
    this.#nodes.push({ opType, name, input: [...inputs], output: [name], attribute, domain });
    return name;
  }

  /** Texts as they are, in UTF-8. */
  texts(values: readonly string[]): string {
    const name = this.#named("texts");
    const stringData = values.map((text) => new TextEncoder().encode(text));
    this.#initializers.push({ name, dims: [BigInt(values.length)], dataType: elementTypes.string, stringData });
    return name;
  }

  /** A constant of a shape; small ones are there once. */
  constant(type: Exclude<ElementType, "string">, shape: readonly number[], data: ArrayLike<number>): string {
    const key = data.length > 64 ? undefined : `${type} ${shape.join()} ${Array.from(data, keyOf).join()}`;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.weight("constant", type, shape, data);
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  /** A constant with a name. */
  weight(
    wanted: string,
    type: Exclude<ElementType, "string">,
    shape: readonly number[],
    data: ArrayLike<number>,
  ): string {
    const name = this.#named(wanted);
    const dims = shape.map(BigInt);
    this.#initializers.push({ name, dims, dataType: elementTypes[type], rawData: littleEndian(type, data) });
    return name;
  }

  cast(value: string, to: ElementType): string {
    return this.op("Cast", [value], { to: { int: elementTypes[to] } });
  }

  /** The rows are those of this value, along its first axis. */
  countRows(value: string): void {
    this.#rows = value;
  }

  /** A shape as a value, int64 [rank]. */
  shape(dimensions: readonly Dimension[]): string {
    const fixed = dimensions.flatMap((n) => (typeof n === "number" ? [n] : []));
    if (fixed.length === dimensions.length) return this.constant("int64", [fixed.length], fixed);
    const rows = this.op("Shape", [this.#rows!], { start: { int: 0 }, end: { int: 1 } });
    const parts = dimensions.map((n) =>
      typeof n === "number"
        ? this.constant("int64", [1], [n])
        : n.perRow === 1
          ? rows
          : this.op("Mul", [rows, this.constant("int64", [1], [n.perRow])]),
    );
    return this.op("Concat", parts, { axis: { int: 0 } });
  }

  /** The file. `metadata` is for programs that read it. */
  model(name: string, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
    const message = create(ModelProtoSchema, {
      irVersion,
      opsetImport: opsets,
      producerName: "chainrule",
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: this.#nodes,
        initializer: this.#initializers,
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return new Uint8Array(toBinary(ModelProtoSchema, message));
  }

  #named(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#names.has(name); n++) name = `${wanted}_${n}`;
    this.#names.add(name);
    return name;
  }
}

/** −0 is not 0 here. */
const keyOf = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

function described(name: string, { type, shape, doc = "" }: Described): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((n) => ({
    value:
      typeof n === "number"
        ? { case: "dimValue" as const, value: BigInt(n) }
        : { case: "dimParam" as const, value: n.perRow === 1 ? "rows" : `${n.perRow} rows` },
  }));
  return {
    name,
    docString: doc,
    type: { value: { case: "tensorType", value: { elemType: elementTypes[type], shape: { dim } } } },
  };
}

function attributeOf(name: string, value: AttributeValue): MessageInitShape<typeof AttributeProtoSchema> {
  const { INT, FLOAT, INTS, STRING, STRINGS } = AttributeProto_AttributeType;
  const utf8 = (text: string) => new TextEncoder().encode(text);
  if ("int" in value) return { name, type: INT, i: BigInt(value.int) };
  if ("float" in value) return { name, type: FLOAT, f: value.float };
  if ("ints" in value) return { name, type: INTS, ints: value.ints.map(BigInt) };
  if ("text" in value) return { name, type: STRING, s: utf8(value.text) };
  return { name, type: STRINGS, strings: value.texts.map(utf8) };
}

const widths = { float32: 4, float64: 8, int32: 4, int64: 8, bool: 1 } as const;

function littleEndian(type: Exclude<ElementType, "string">, data: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const width = widths[type];
  const bytes = new Uint8Array(data.length * width);
  const view = new DataView(bytes.buffer);
  const write: Readonly<Record<typeof type, (at: number, value: number) => void>> = {
    float32: (at, value) => view.setFloat32(at, value, true),
    float64: (at, value) => view.setFloat64(at, value, true),
    int32: (at, value) => view.setInt32(at, value, true),
    int64: (at, value) => view.setBigInt64(at, BigInt(value), true),
    bool: (at, value) => view.setUint8(at, value),
  };
  for (let i = 0; i < data.length; i++) write[type](i * width, data[i]!);
  return bytes;
}
