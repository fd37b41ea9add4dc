"""Writes a run folder of Chainrule from a training loop in PyTorch: one file that needs torch alone.

    import chainrule

    with chainrule.Run("runs/mine", model, optimizer, rows=len(dataset), epochs=20) as run:
        for epoch in range(20):
            for x, y in loader:
                optimizer.zero_grad()
                loss = criterion(model(x), y)
                loss.backward()
                optimizer.step()
                run.step(loss)
            run.epoch(validation_loss=validate(model))

Then `npx chainrule diagnose runs/mine`, `npx chainrule ledger runs/mine` and `npx chainrule lab runs` read it.

Some steps are observed: the first ten, then one in `observe_every`. In these the output of each module without modules
inside is followed, with its gradient, and the optimizer's update. The numbers of the training stay as they are. Where
observing fails, a warning says so and the training goes on unobserved.
"""

import contextlib
import functools
import json
import math
import os
import socket
import time
import warnings
from datetime import datetime, timezone

import torch
from torch import nn

__all__ = ["Run"]

VERSION = "0.1.0"  # of the Chainrule that this file came with
FORMAT = 1  # of the run folder

# Names of layers as Chainrule has them; others keep the name of their class.
KINDS = {
    nn.Linear: "dense",
    nn.Conv2d: "conv2d",
    nn.Embedding: "embedding",
    nn.LayerNorm: "layerNorm",
    nn.BatchNorm1d: "batchNorm",
    nn.BatchNorm2d: "batchNorm",
    nn.Dropout: "dropout",
    nn.Flatten: "flatten",
    nn.MaxPool2d: "maxPool2d",
    nn.AvgPool2d: "avgPool2d",
}

# Activations, applied element by element, and their names.
ACTIVATIONS = {
    nn.ReLU: "relu",
    nn.LeakyReLU: "leakyRelu",
    nn.ELU: "elu",
    nn.SELU: "selu",
    nn.GELU: "gelu",
    nn.SiLU: "silu",
    nn.Sigmoid: "sigmoid",
    nn.Tanh: "tanh",
    nn.Softplus: "softplus",
}

FIRST = 10  # so many first steps are all observed
MOST = 200  # observations in all, about
DEAD_AFTER = 6  # observed batches in a row without a slope


def _observing(method):
    """A hook of a Run: what fails in it stops the observing, with a warning, and never the training."""

    @functools.wraps(method)
    def observe(run, *args):
        if run._stopped:
            return None
        try:
            return method(run, *args)
        except Exception as error:
            run._stop(error)
            return None

    return observe


class _Hook:
    """A hook of a model or an optimizer. Copied or pickled with it, it does nothing and needs no file but Python's own."""

    def __init__(self, call):
        self._call = call

    def __call__(self, *args):
        return self._call(*args)

    def __reduce__(self):
        return getattr, (contextlib.nullcontext(), "__exit__")  # takes any arguments, returns None


class Run:
    """A run folder being written: a context manager around a training loop.

    dir: the folder, new or empty.
    model, optimizer: as the loop has them. The loop calls model(...), loss.backward(), optimizer.step().
    rows: number of training rows; epochs: how many are planned. validation_rows: 0 where there are none.
    batch_size: rows a step; by default those of the first batch, the first dimension of what the model is called with.
    loss: the name of the loss where Chainrule has it ("crossEntropy", "binaryCrossEntropy", "mse", "mae", "huber").
    observe_every: steps from one observation to the next; by default so many that there are some 200.
    """

    def __init__(
        self,
        dir,
        model,
        optimizer,
        *,
        rows,
        epochs,
        validation_rows=0,
        batch_size=None,
        loss=None,
        seed=None,
        name=None,
        observe_every=None,
    ):
        self.dir = os.fspath(dir)
        self._model, self._optimizer = model, optimizer
        self._rows, self._epochs, self._validation_rows = int(rows), int(epochs), int(validation_rows)
        self._batch_size, self._loss, self._observe_every = batch_size, loss, observe_every
        self._seed = torch.initial_seed() if seed is None else seed
        self._name = name or os.path.basename(os.path.abspath(self.dir))
        self._steps = self._epoch = self._best_epoch = 0
        self._losses, self._last_losses = [], []
        self._best = math.inf
        self._started = self._failed = self._stopped = False
        self._layers, self._metrics, self._dead, self._peaks = [], {}, {}, {}
        self._features = 0
        self._recorder = self._seen = self._moved = None

    # --- the loop -------------------------------------------------------------------------------------------------

    def __enter__(self):
        os.makedirs(self.dir, exist_ok=True)
        if os.listdir(self.dir):
            raise FileExistsError(
                f"The run folder {self.dir!r} must be new or empty, since runs are never overwritten; choose another name."
            )
        with open(os.path.join(self.dir, "lock.json"), "x", encoding="utf8") as file:
            json.dump({"pid": os.getpid(), "host": socket.gethostname(), "began": _began()}, file)
        self._created = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._manifest("running")
        self._events = open(os.path.join(self.dir, "events.jsonl"), "x", encoding="utf8")
        self._clock = time.monotonic()
        self._named = [(name, one) for name, one in self._model.named_parameters() if one.requires_grad]
        self._initial = [one.detach().clone() for _, one in self._named]
        # Before the first step, while they are as they were drawn.
        self._initial_sketches = [_sketch(one) for one in self._initial]
        self._norm0 = _norm(self._initial)
        self._names = {one: name for name, one in self._model.named_modules() if not any(True for _ in one.children())}
        handles = [self._model.register_forward_pre_hook(_Hook(self._enter_model), with_kwargs=True)]
        for module in self._names:
            handles.append(module.register_forward_pre_hook(_Hook(self._enter_module)))
            handles.append(module.register_forward_hook(_Hook(self._leave_module)))
        handles.append(self._optimizer.register_step_pre_hook(_Hook(self._before_update)))
        handles.append(self._optimizer.register_step_post_hook(_Hook(self._after_update)))
        self._handles = handles
        return self

    def step(self, loss):
        """After optimizer.step(): the loss of the step's batch, a number or a tensor of one element."""
        loss = float(loss.detach()) if isinstance(loss, torch.Tensor) else float(loss)
        if not self._started:
            self._start()
        self._steps += 1
        if not math.isfinite(loss) and not self._failed:
            self._fail(loss)
        elif self._seen is not None:
            self._write({**self._seen, "loss": loss})
            self._layers = self._seen["layers"]
        self._losses.append(loss)
        self._last_losses = [*self._last_losses[-19:], loss]
        self._forget()
        self._seen = None

    def epoch(self, validation_loss=None, **validation):
        """At the end of an epoch: its validation loss, and further validation metrics by their names (accuracy=0.9)."""
        if not self._started:
            raise RuntimeError("epoch: call step(loss) after each optimizer.step() first; no step was told.")
        loss = sum(self._losses) / len(self._losses) if self._losses else math.nan
        self._losses = []
        self._epoch += 1
        metrics = {key: float(value) for key, value in validation.items()}
        if validation_loss is not None:
            metrics = {"loss": float(validation_loss), **metrics}
        judged = metrics.get("loss", loss)
        best = judged < self._best
        if best:
            self._best, self._best_epoch = judged, self._epoch
        self._metrics = {"train": {"loss": loss}, **({"validation": metrics} if metrics else {})}
        event = {"type": "epoch", "epoch": self._epoch, "step": self._steps, "loss": loss, "learningRate": self._rate()}
        self._write({**event, **({"validation": metrics} if metrics else {}), "best": best})

    def __exit__(self, kind, error, trace):
        for handle in self._handles:
            handle.remove()
        self._forget()
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        if self._started and (kind is None or interrupted):
            self._write(
                {
                    "type": "end",
                    "reason": "interrupted" if interrupted else "epochs" if self._epoch >= self._epochs else "steps",
                    "epochs": self._epoch,
                    "steps": self._steps,
                    "seconds": time.monotonic() - self._clock,
                    # PyTorch keeps the last weights.
                    "bestEpoch": self._epoch,
                    "metrics": self._metrics or {"train": {"loss": self._last_losses[-1]}},
                    "layers": self._layers,
                }
            )
        self._events.close()
        failed = self._failed or not (kind is None or interrupted)
        self._manifest("failed" if failed else "interrupted" if interrupted else "finished")
        os.remove(os.path.join(self.dir, "lock.json"))
        return False

    # --- what is written ------------------------------------------------------------------------------------------

    def _write(self, event):
        # After a loss that is not finite nothing more is told.
        if self._failed:
            return
        self._events.write(json.dumps(_plain(event), allow_nan=False, separators=(",", ":")) + "\n")
        self._events.flush()

    def _manifest(self, status):
        manifest = {
            "format": FORMAT,
            "chainrule": VERSION,
            "node": "none",
            "created": self._created,
            "name": self._name,
            "seed": self._seed,
            "backend": "pytorch",
            "data": {"program": f"PyTorch {torch.__version__}"},
            "settings": {},
            "status": status,
        }
        path = os.path.join(self.dir, "run.json")
        with open(f"{path}.tmp", "w", encoding="utf8") as file:
            json.dump(manifest, file, indent=2)
        os.replace(f"{path}.tmp", path)

    def _start(self):
        self._started = True
        owners = {one: module for module in self._names for one in module.parameters(recurse=False)}
        initial = []
        for (name, parameter), value in zip(self._named, self._initial_sketches):
            layer = owners.get(parameter)
            kind = {} if layer is None else {"layer": _kind(layer)}
            initial.append({"name": name, **kind, "shape": list(parameter.shape), "value": value})
        batch = self._batch_size or 1
        first = next(iter(self._model.parameters()))
        self._write(
            {
                "type": "start",
                "rows": self._rows,
                "validationRows": self._validation_rows,
                "features": self._features,
                "parameters": sum(one.numel() for _, one in self._named),
                "batchSize": batch,
                "stepsPerEpoch": self._steps_per_epoch(),
                "epochs": self._epochs,
                "backend": f"pytorch {first.device.type}",
                "threads": torch.get_num_threads(),
                "seed": self._seed,
                **({} if self._loss is None else {"loss": self._loss}),
                "layers": [self._names[module] for module in self._names if any(True for _ in module.parameters())],
                "initial": initial,
                # PyTorch plans none.
                "arena": {"bytes": 0, "bytesWithoutReuse": 0},
            }
        )

    def _fail(self, loss):
        self._write(
            {
                "type": "failure",
                "step": self._steps,
                "epoch": self._epoch + 1,
                "loss": loss,
                "learningRate": self._rate(),
                "lossesBefore": self._last_losses,
            }
        )
        self._failed = True
        warnings.warn(f"The loss of step {self._steps} is {loss}: the run {self.dir!r} ends here.", stacklevel=3)

    def _rate(self):
        return float(self._optimizer.param_groups[0]["lr"])

    def _steps_per_epoch(self):
        return max(1, math.ceil(self._rows / (self._batch_size or 1)))

    # --- one observed step ----------------------------------------------------------------------------------------

    def _is_observed(self):
        step = self._steps + 1
        every = self._observe_every or max(1, math.ceil(self._steps_per_epoch() * self._epochs / MOST))
        return step <= FIRST or step % every == 0 or step == self._steps_per_epoch() * self._epochs

    def _forget(self):
        """The hooks on the tensors of a pass go: a parameter, which stays, may be the input of a module."""
        if self._recorder is not None:
            for handle in self._recorder.handles:
                handle.remove()
        self._recorder = None

    def _stop(self, error):
        self._stopped, self._moved = True, None
        self._forget()
        warnings.warn(
            f"Observing stopped in step {self._steps + 1}, the training goes on: {error.__class__.__name__}: {error}",
            stacklevel=3,
        )

    # Copies of the model share these hooks where they are shallow, such as the replicas of DataParallel: only what the
    # run was given is observed.

    @_observing
    def _enter_model(self, model, inputs, named):
        if model is not self._model or not model.training or not torch.is_grad_enabled():
            return
        tensors = [one for one in (*inputs, *named.values()) if isinstance(one, torch.Tensor) and one.dim() > 0]
        if not self._started:
            self._batch_size = self._batch_size or (tensors[0].shape[0] if tensors else 1)
            self._features = math.prod(tensors[0].shape[1:]) if tensors else 0
        # Of several passes before an update the last one is told.
        passes = 1 if self._recorder is None else self._recorder.passes + 1
        self._forget()
        self._recorder = _Recorder(passes) if self._is_observed() else None

    @_observing
    def _enter_module(self, module, inputs):
        if self._recorder is None or module not in self._names or not torch.is_grad_enabled() or not inputs:
            return None
        x = inputs[0]
        if not isinstance(x, torch.Tensor) or not x.is_floating_point():
            return None
        point = _Point(self._name_of(module), module, x.detach())
        self._recorder.entered.append(point)
        if module.__class__ in ACTIVATIONS and x.numel() > 0:
            self._slopes(point)
        # A module that writes into x gets x itself: all that reads x later reads what the module wrote.
        if not x.requires_grad or getattr(module, "inplace", False):
            return None
        # The gradient of x is the sum of what comes back from all that read it; that of an alias, a view with the same
        # memory and strides, comes through this module.
        alias = x[...]
        self._follow(x, point, "total")
        self._follow(alias, point, "through")
        return (alias, *inputs[1:])

    @_observing
    def _leave_module(self, module, inputs, output):
        if self._recorder is None or module not in self._names or not torch.is_grad_enabled():
            return
        point = next((one for one in reversed(self._recorder.entered) if one.module is module), None)
        if point is None:
            point = _Point(self._name_of(module), module, None)
        else:
            self._recorder.entered.remove(point)
        if not isinstance(output, torch.Tensor) or not output.requires_grad:
            return
        point.value, point.spread = _sketch(output), _spread(output)
        self._follow(output, point, "delta")
        self._recorder.points.append(point)

    def _follow(self, tensor, point, what):
        self._recorder.handles.append(tensor.register_hook(lambda grad: point.keep(what, grad)))

    def _name_of(self, module):
        name = self._names[module]
        times = sum(one.module is module for one in self._recorder.points)
        return name if times == 0 else f"{name} ({times + 1})"

    def _slopes(self, point):
        """|φ′| of the rows and units of an activation, by its largest."""
        bounded, peak = self._peak(point.module, point.input)
        share = _slope(point.module, point.input) / peak
        # Units are the features of a row, or of each time of a sequence [N, T, F]: the last axis. Those of images
        # [N, C, H, W] are the channels.
        units = share.movedim(1, -1) if share.dim() == 4 else share
        largest = units.reshape(-1, units.shape[-1] if units.dim() > 0 else 1).amax(0)
        before = self._dead.get(point.name)
        if before is None or before.shape != largest.shape:
            before = torch.zeros_like(largest)
        batches = (before + 1) * (largest <= 1e-3)
        self._dead[point.name] = batches
        point.units = {
            "name": point.name,
            "activation": ACTIVATIONS[point.module.__class__],
            "bounded": bounded,
            "units": largest.numel(),
            "saturated": float((share < 0.05).float().mean()),
            "dead": float((batches >= DEAD_AFTER).float().mean()),
        }

    def _peak(self, module, like):
        if module not in self._peaks:
            # Rounded where it is made: not all devices have float64.
            z = torch.linspace(-30, 30, 6001, dtype=torch.float64).to(like.dtype).to(like.device)
            slope = _slope(module, z)
            peak = float(slope.max())
            self._peaks[module] = (bool(max(slope[0], slope[-1]) < 1e-3 * peak), peak)
        return self._peaks[module]

    @_observing
    def _before_update(self, optimizer, *_):
        if self._recorder is None or optimizer is not self._optimizer:
            return
        self._recorder.rate = self._rate()
        self._recorder.before = [one.detach().clone() for _, one in self._named]
        self._recorder.gradients = [
            torch.zeros_like(one) if one.grad is None else one.grad.detach().clone() for _, one in self._named
        ]

    @_observing
    @torch.no_grad()
    def _after_update(self, optimizer, *_):
        recorder = self._recorder
        if recorder is None or recorder.before is None or optimizer is not self._optimizer:
            return
        now = [one.detach() for _, one in self._named]
        updates = [after - before for after, before in zip(now, recorder.before)]
        parameters, layers = [], []
        for (name, _), before, gradient, update in zip(self._named, recorder.before, recorder.gradients, updates):
            figures = {"name": name, "size": before.numel(), "rms": _rms(before)}
            parameters.append({**figures, "gradient": _sketch(gradient), "update": _sketch(update)})
        by_layer = {}
        for module, name in self._names.items():
            own = {id(one) for one in module.parameters(recurse=False)}
            at = [i for i, (_, one) in enumerate(self._named) if id(one) in own]
            if not at:
                continue
            gradient = torch.cat([_wide(recorder.gradients[i]).flatten() for i in at])
            norm = _norm([recorder.before[i] for i in at])
            moved = _norm([updates[i] for i in at])
            by_layer[name] = _rms(gradient)
            ratio = moved / norm if norm > 0 else 0.0
            layers.append({"name": name, "gradientRms": by_layer[name], "updateRatio": ratio})
        line = self._line(recorder.gradients)
        slope = _dot(recorder.gradients, updates)
        self._moved = (self._steps + 1, slope, updates)
        points = [point for point in recorder.points if point.delta is not None]
        noise = _noise(points) if recorder.passes == 1 else None
        self._seen = {
            "type": "observation",
            "epoch": self._epoch + 1,
            "step": self._steps + 1,
            "learningRate": recorder.rate,
            "layers": layers,
            "ledger": _ledger(points, by_layer),
            "values": [
                {
                    "name": point.name,
                    "made": _kind(point.module),
                    "value": point.value,
                    "gradient": _sketch(point.delta),
                    "spread": point.spread,
                }
                for point in points
            ],
            "units": [point.units for point in points if point.units is not None],
            "parameters": parameters,
            **({} if noise is None else {"noise": noise}),
            **({} if line is None else {"line": line}),
            "distance": _norm([a - b for a, b in zip(now, self._initial)]) / self._norm0 if self._norm0 > 0 else 0.0,
            # Gradients are told as the optimizer gets them.
            "clipping": 1,
        }

    def _line(self, gradients):
        """The slopes of the loss along the update before, at both its ends, where the step before was observed."""
        if self._moved is None or self._moved[0] != self._steps:
            return None
        _, before, updates = self._moved
        after = _dot(gradients, updates)
        return None if before == 0 else {"before": before, "after": after, "alpha": -after / before}


class _Recorder:
    """What is seen of a step."""

    def __init__(self, passes):
        self.passes = passes
        self.entered, self.points, self.handles = [], [], []
        self.rate = self.before = self.gradients = None


class _Point:
    """A module in a forward pass: its input, its output and their gradients."""

    def __init__(self, name, module, input):
        self.name, self.module, self.input = name, module, input
        self.value = self.spread = self.units = None
        # ∂loss/∂output; ∂loss/∂input through this module, and in all.
        self.delta = self.through = self.total = None

    def keep(self, what, grad):
        # None where nothing comes back to this of several results of one operation.
        if grad is not None:
            setattr(self, what, grad.detach())


def _is_weighted(module):
    return any(one.dim() > 1 for one in module.parameters(recurse=False))


def _ledger(points, gradient_rms):
    """From the output to the input: ‖δ‖ / ‖δ⁺‖ = (‖g‖ / ‖δ⁺‖) · (‖what x gets‖ / ‖what came through‖) · (‖δ‖ / …)."""
    rows, skip, after, output = [], 1.0, None, None
    for point in reversed(points):
        if _is_weighted(point.module):
            norm = _norm([point.delta])
            if after is None:
                output = norm
                factors = {"weightFactor": 1, "activationFactor": 1, "skipFactor": 1, "attenuation": 1}
            else:
                behind = _norm([after.delta])
                # Of a layer whose input was not seen, the weights' part is not known: it stays with the rest.
                weight = 1.0 if after.through is None else _quotient(_norm([after.through]), behind)
                attenuation = _quotient(norm, behind)
                factors = {
                    "weightFactor": weight,
                    "activationFactor": _quotient(attenuation, weight * skip),
                    "skipFactor": skip,
                    "attenuation": attenuation,
                }
            rows.append(
                {
                    "layer": point.name,
                    "gradientRms": gradient_rms.get(point.name.split(" ")[0], 0.0),
                    "deltaRms": _rms(point.delta),
                    **factors,
                    "product": _quotient(norm, output),
                }
            )
            after, skip = point, 1.0
        if point.through is not None and point.total is not None:
            through, total = _norm([point.through]), _norm([point.total])
            if through > 0 and not math.isclose(through, total, rel_tol=1e-6):
                skip *= total / through
    return rows


def _noise(points):
    """Gradients of the rows one by one: ‖gₙ‖² = Σ ‖δₙ‖² (‖aₙ‖² + 1) · batch² over linear layers of rows that are vectors."""
    linear = [
        point
        for point in points
        if isinstance(point.module, nn.Linear) and point.input is not None and point.delta.dim() == 2
    ]
    if not linear or linear[0].delta.shape[0] < 2:
        return None
    batch = linear[0].delta.shape[0]
    if any(point.delta.shape[0] != batch for point in linear):
        return None
    rows, whole = torch.zeros(batch, dtype=torch.float64), 0.0
    for point in linear:
        delta, a = _wide(point.delta).cpu(), _wide(point.input).cpu()
        bias = 0 if point.module.bias is None else 1
        rows += delta.square().sum(1) * (a.square().sum(1) + bias)
        whole += float((delta.T @ a).square().sum()) + bias * float(delta.sum(0).square().sum())
    examples = float(rows.mean()) * batch**2
    if whole == 0 or not math.isfinite(examples):
        return None
    return {"batch": batch, "examples": examples, "gradient": whole, "ratio": (examples / whole - 1) / (batch - 1)}


# --- figures ------------------------------------------------------------------------------------------------------


def _kind(module):
    cls = module.__class__
    return "activation" if cls in ACTIVATIONS else KINDS.get(cls, cls.__name__)


def _quotient(a, b):
    return 0.0 if a == 0 else a / b if b != 0 else math.inf


def _wide(x):
    """In float64 and dense; on the CPU where the device has no float64."""
    x = x.detach()
    if x.layout != torch.strided:
        x = x.to_dense()
    return (x.cpu() if x.device.type == "mps" else x).double()


def _norm(tensors):
    return math.sqrt(sum(float(_wide(one).square().sum()) for one in tensors))


def _dot(some, others):
    return sum(float((_wide(a) * _wide(b)).sum()) for a, b in zip(some, others))


def _rms(x):
    return math.sqrt(float(_wide(x).square().mean())) if x.numel() > 0 else 0.0


def _slope(activation, z):
    """|φ′| at each element of z, past the activation's hooks."""
    with torch.enable_grad():
        z = z.detach().clone().requires_grad_()
        (slope,) = torch.autograd.grad(activation.forward(z.clone()).sum(), z)
    return slope.abs()


def _spread(value):
    """RMS over the batch of value − its mean over the batch, by the RMS of the value."""
    value = _wide(value)
    whole = _rms(value)
    if value.dim() == 0:
        return 0.0
    return _rms(value - value.mean(0, keepdim=True)) / whole if whole > 0 else 0.0


def _sketch(x):
    """Statistics of a tensor, of the finite elements; counts by ⌊log₂ |x|⌋ from −47 to 16, without their empty ends."""
    x = _wide(x).flatten()
    finite = x[torch.isfinite(x)]
    size = finite.abs()
    normal = size[size >= 2.0**-126]
    # Of a large tensor every fourth piece is counted, as Chainrule does.
    if x.numel() > 65536:
        kept = (torch.arange(x.numel(), device=x.device) // 2048) % 4 == 0
        normal = x[kept & torch.isfinite(x) & (x.abs() >= 2.0**-126)].abs()
    exponents = []
    if normal.numel() > 0:
        # frexp: x = m · 2ᵉ with ½ ≤ m < 1
        counts = torch.bincount((torch.frexp(normal)[1] - 1).clamp(-47, 16).long() + 47, minlength=64).tolist()
        first = next(i for i, count in enumerate(counts) if count > 0)
        last = max(i for i, count in enumerate(counts) if count > 0)
        exponents = [first - 47, *counts[first : last + 1]]
    some = finite.numel() > 0
    return {
        "mean": float(finite.mean()) if some else 0,
        "rms": _rms(finite),
        "min": float(finite.min()) if some else 0,
        "max": float(finite.max()) if some else 0,
        "size": x.numel(),
        "nonFinite": x.numel() - finite.numel(),
        "zeros": int((size == 0).sum()),
        "subnormal": int(((size > 0) & (size < 2.0**-126)).sum()),
        "exponents": exponents,
    }


def _plain(value):
    """As JSON has it: nine digits, which tell any float32 apart; a number that is not finite is null."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.9g}") if math.isfinite(value) else None
    return value


def _began():
    """When this process began, as the system counts it: a later one may have its number."""
    try:
        with open(f"/proc/{os.getpid()}/stat", encoding="utf8") as file:
            return file.read().rpartition(")")[2].split()[19]
    except OSError:
        return ""
