# Checks what exports.mjs wrote: onnx.checker with full_check, and the answers of onnxruntime. python test/onnx/exports.py FOLDER
import glob
import json
import sys

import numpy as np
import onnx
import onnxruntime

files = sorted(glob.glob(f"{sys.argv[1]}/*.onnx"))
most = 0.0
for file in files:
    onnx.checker.check_model(onnx.load(file), full_check=True)
    with open(file[: -len("onnx")] + "json", encoding="utf8") as said:
        case = json.load(said)
    types = {"string": object, "float64": np.float64, "float32": np.float32, "int32": np.int32}
    feeds = {name: np.array(cells, dtype=types[dtype]) for name, dtype, cells in case["inputs"]}
    names = [name for name, _ in case["outputs"]]
    for (name, wanted), got in zip(case["outputs"], onnxruntime.InferenceSession(file).run(names, feeds)):
        if isinstance(wanted[0], str):
            assert list(got) == wanted, (file, name)
            continue
        y = np.array(wanted)
        assert got.shape == y.shape, (file, name, got.shape, y.shape)
        difference = float(np.max(np.abs(got - y) / np.maximum(1, np.abs(y))))
        assert difference < 1e-5, (file, name, difference)
        most = max(most, difference)
assert len(files) > 0
print(f"{len(files)} exported networks pass onnx.checker; onnxruntime answers as predict does, to {most:.1e}")
