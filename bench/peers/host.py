"""One Python peer in a process of its own: a line of JSON asks, a line of JSON answers."""
import importlib
import json
import resource
import sys
import time

module, options = sys.argv[1], json.loads(sys.argv[2])


def say(answer):
    sys.stdout.write("\n@" + json.dumps(answer) + "\n")
    sys.stdout.flush()


def first_line(error):
    return f"{type(error).__name__}: {error}".split("\n")[0][:200]


try:
    peer = importlib.import_module(module)
    peer.start(options)
    say({"version": peer.version()})
except Exception as error:
    say({"error": first_line(error)})
    sys.exit(0)

loaded = None
for line in sys.stdin:
    ask = json.loads(line)
    try:
        if "load" in ask:
            loaded = peer.load(ask["workload"], ask["values"])
            say({"unsupported": loaded} if isinstance(loaded, str) else {})
        elif "run" in ask:
            began = time.perf_counter()
            result = loaded(ask["run"])
            seconds = time.perf_counter() - began
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            say({"seconds": seconds, "result": result, "memory": memory})
        else:
            loaded = None
            say({})
    except Exception as error:
        say({"error": first_line(error)})
