// The generated schemas: messages come back from their bytes, and the bytes are those of the published formats.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { AttributeProto_AttributeType, ModelProtoSchema, TensorProto_DataType } from "./onnx/onnx-ml.generated.ts";
import { EventSchema } from "./tensorboard/compat/proto/event.generated.ts";

it("an ONNX model comes back from its bytes", () => {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: "chainrule",
    opsetImport: [{ domain: "", version: 17n }],
    graph: {
      name: "g",
      node: [
        {
          opType: "LeakyRelu",
          input: ["x"],
          output: ["y"],
          attribute: [{ name: "alpha", type: AttributeProto_AttributeType.FLOAT, f: 0.5 }],
        },
      ],
      initializer: [
        {
          name: "w",
          dims: [2n],
          dataType: TensorProto_DataType.FLOAT,
          rawData: Uint8Array.of(0, 0, 128, 63, 0, 0, 0, 64),
        },
      ],
    },
  });
  expect(fromBinary(ModelProtoSchema, toBinary(ModelProtoSchema, model))).toEqual(model);
});

it("an event of TensorBoard has the bytes that its own writer gives", () => {
  // tensorboard.compat.proto.event_pb2.Event(wall_time=1.5, step=3, summary=Summary(value=[Summary.Value(tag="loss", simple_value=0.25)]))
  const bytes = Uint8Array.from(Buffer.from("09000000000000f83f10032a0d0a0b0a046c6f7373150000803e", "hex"));
  const event = create(EventSchema, {
    wallTime: 1.5,
    step: 3n,
    what: { case: "summary", value: { value: [{ tag: "loss", value: { case: "simpleValue", value: 0.25 } }] } },
  });
  expect(toBinary(EventSchema, event)).toEqual(bytes);
  expect(fromBinary(EventSchema, bytes)).toEqual(event);
});
