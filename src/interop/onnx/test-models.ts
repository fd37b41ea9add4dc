// ONNX files for tests: tensors, inputs, nodes, and the bytes of a model of them.
import { create, toBinary } from "@bufbuild/protobuf";
import { ChainruleError } from "../../index.ts";
import { ModelProtoSchema, AttributeProto_AttributeType as Type } from "../schemas/onnx/onnx-ml.generated.ts";

type Model = Parameters<typeof create<typeof ModelProtoSchema>>[1];
type Graph = NonNullable<NonNullable<Model>["graph"]>;

export const floats = (name: string, dims: number[], values: number[]) => ({
  name,
  dims: dims.map(BigInt),
  dataType: 1,
  floatData: values,
});
export const ints = (name: string, values: (number | bigint)[]) => ({
  name,
  dims: [BigInt(values.length)],
  dataType: 7,
  int64Data: values.map(BigInt),
});
export const value = (name: string, ...dims: (number | string)[]) => ({
  name,
  type: {
    value: {
      case: "tensorType" as const,
      value: {
        elemType: 1,
        shape: {
          dim: dims.map((n) => ({
            value:
              typeof n === "string"
                ? { case: "dimParam" as const, value: n }
                : { case: "dimValue" as const, value: BigInt(n) },
          })),
        },
      },
    },
  },
});
export const node = (opType: string, input: string[], output: string[], attribute: object[] = []) => ({
  opType,
  input,
  output,
  attribute,
});
export const int = (name: string, i: number) => ({ name, type: Type.INT, i: BigInt(i) });

export const model = (graph: object, opset = 17): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [{ domain: "", version: BigInt(opset) }],
      graph: graph as Graph,
    }),
  );

export const problem = (f: () => unknown): ChainruleError => {
  try {
    f();
  } catch (error) {
    if (error instanceof ChainruleError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};
