"""One Python peer in a process of its own: a line of JSON asks, a line of JSON answers."""
import importlib
import json
import math
import sys
import time

module, options = sys.argv[1], json.loads(sys.argv[2])


def say(answer):
    sys.stdout.write("\n@" + json.dumps(answer) + "\n")
    sys.stdout.flush()


def first_line(error):
    return f"{type(error).__name__}: {error}".split("\n")[0][:200]


def peak_memory():
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def read(workload, values):
    """Parameters, x and y as arrays: int32 for tokens and classes, float32 for the rest."""
    import numpy as np

    data = np.fromfile(values["file"], dtype=np.float32)
    at = 0

    def take(shape, dtype=np.float32):
        nonlocal at
        part = data[at : at + math.prod(shape)].view(dtype).reshape(shape)
        at += math.prod(shape)
        return part

    is_text = workload["layers"][0]["kind"] == "transformer"
    is_classes = workload["loss"] == "crossEntropy"
    parameters = [take(shape) for shape in values["parameters"]]
    x = take([workload["batch"], *workload["input"]], np.int32 if is_text else np.float32)
    y = take([values["y"]], np.int32) if is_classes else take([workload["batch"], workload["classes"]])
    return parameters, x, y


try:
    peer = importlib.import_module(module)
    peer.start(options)
    say({"version": peer.version()})
except Exception as error:
    say({"error": first_line(error)})
    sys.exit(0)

run = None
for line in sys.stdin:
    ask = json.loads(line)
    try:
        if "load" in ask:
            workload = ask["workload"]
            if workload["kind"] == "product":
                run = peer.product(workload["n"])
            else:
                run = peer.training(workload, *read(workload, ask["values"]))
            say({"unsupported": run} if isinstance(run, str) else {})
        elif "run" in ask:
            began = time.perf_counter()
            result = run(ask["run"])
            say({"seconds": time.perf_counter() - began, "result": result, "memory": peak_memory()})
        else:
            run = None
            say({})
    except Exception as error:
        say({"error": first_line(error)})
