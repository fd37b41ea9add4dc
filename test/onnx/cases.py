"""Writes the tests inside the PyPI wheel onnx as JSON, one case a line: models, inputs and outputs as base64 of their protocol buffers.

    python test/onnx/cases.py node pytorch-converted pytorch-operator light > cases.jsonl

"magika" is the network of the wheel of that name, and needs onnxruntime. Cases with inputs or outputs that are no tensors of numbers (sequences, optionals, maps, strings) are left out.
"""
import base64
import glob
import json
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test import loader

NO_NUMBERS = (TensorProto.STRING, TensorProto.COMPLEX64, TensorProto.COMPLEX128)


def numeric(value):
    kind = value.type
    return kind.HasField("tensor_type") and kind.tensor_type.elem_type not in NO_NUMBERS


def proto(value, name):
    return value if isinstance(value, TensorProto) else numpy_helper.from_array(np.asarray(value), name)


def text(message):
    return base64.b64encode(message.SerializeToString()).decode()


def folder(path):
    """A case on disk: model.onnx and test_data_set_0 with input_*.pb and output_*.pb."""
    model = onnx.load(os.path.join(path, "model.onnx"))
    data = os.path.join(path, "test_data_set_0")

    def read(what, count):
        return [onnx.load_tensor(os.path.join(data, f"{what}_{i}.pb")) for i in range(count)]

    initial = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in initial]
    return model, read("input", len(inputs)), read("output", len(model.graph.output))


def light(path):
    """A network of zeros and ones, whose input is all ones; see onnx/backend/test/runner."""
    model = onnx.load(path)
    output = onnx.load_tensor(path.replace(".onnx", "_output_0.pb"))
    initial = {one.name for one in model.graph.initializer}
    inputs = [one for one in model.graph.input if one.name not in initial]
    ones = []
    for one in inputs:
        shape = [d.dim_value for d in one.type.tensor_type.shape.dim]
        # As the runner of onnx has it: 0, 1 ... divided by their number.
        ones.append(numpy_helper.from_array((np.arange(np.prod(shape)).reshape(shape) / np.prod(shape)).astype(np.float32), one.name))
    return model, ones, [output]


def magika():
    """The network of the wheel magika, with what onnxruntime makes of random bytes."""
    import magika as wheel
    import onnxruntime

    (path,) = glob.glob(os.path.join(os.path.dirname(wheel.__file__), "models/*/model.onnx"))
    x = np.random.default_rng(0).integers(0, 257, (3, 2048)).astype(np.int32)
    (y,) = onnxruntime.InferenceSession(path).run(None, {"bytes": x})
    return onnx.load(path), [numpy_helper.from_array(x, "bytes")], [numpy_helper.from_array(y, "target_label")]


def cases(kind):
    if kind == "magika":
        yield "magika", *magika(), 1e-4, 1e-6
        return
    if kind == "node":
        for case in loader.load_model_tests(kind="node"):
            model = case.model
            if not all(numeric(one) for one in [*model.graph.input, *model.graph.output]):
                continue
            given, expected = case.data_sets[0]
            inputs = [proto(value, one.name) for value, one in zip(given, model.graph.input)]
            outputs = [proto(value, one.name) for value, one in zip(expected, model.graph.output)]
            yield case.name, model, inputs, outputs, case.rtol, case.atol
        return
    root = os.path.join(os.path.dirname(onnx.__file__), "backend/test/data", kind)
    for name in sorted(os.listdir(root)):
        path = os.path.join(root, name)
        if os.path.isdir(path):
            yield name, *folder(path), 1e-3, 1e-7
        elif name.endswith(".onnx"):
            yield name.removesuffix(".onnx"), *light(path), 1e-3, 1e-7


for kind in sys.argv[1:]:
    for name, model, inputs, outputs, rtol, atol in cases(kind):
        line = {
            "kind": kind,
            "name": name,
            "rtol": rtol,
            "atol": atol,
            "model": text(model),
            "inputs": [text(one) for one in inputs],
            "outputs": [text(one) for one in outputs],
        }
        print(json.dumps(line))
