"""Tests of chainrule.py with torch, which the project's own tests do not need: python -m unittest chainrule_test, here."""

import copy
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest
import warnings

import torch
from torch import nn

import chainrule


class Residual(nn.Module):
    """Reads x after the activation, which may have written into it."""

    def __init__(self, inplace):
        super().__init__()
        self.first, self.act, self.second = nn.Linear(4, 4), nn.ReLU(inplace), nn.Linear(4, 4)

    def forward(self, x):
        x = self.first(x)
        return self.second(self.act(x)) + x


class Writer(nn.Module):
    """Writes into its input, without the attribute inplace."""

    def forward(self, x):
        return x.mul_(0.5).sigmoid()


class WritingResidual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.same, self.act, self.second = nn.Linear(4, 4), nn.Identity(), Writer(), nn.Linear(4, 4)

    def forward(self, x):
        x = self.first(x)
        return self.second(self.act(self.same(x))) + x


class Sequences(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.act, self.out = nn.Embedding(9, 4, sparse=True), nn.ReLU(), nn.Linear(4, 1)

    def forward(self, rows):
        return self.out(self.act(self.embed(rows)))


class ByName(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.act, self.out = nn.Linear(4, 4), nn.Tanh(), nn.Linear(4, 1)

    def forward(self, x):
        return self.out(input=self.act(input=self.first(input=x)))


class Queries(nn.Module):
    """Parameters are the input of a module; of two results of an operation one is read."""

    def __init__(self):
        super().__init__()
        self.queries, self.key, self.out = nn.Parameter(torch.randn(3, 4)), nn.Linear(4, 4), nn.Linear(2, 1)

    def forward(self, x):
        left, right = (x @ self.key(self.queries).T @ self.queries).chunk(2, 1)
        self.out(right)
        return self.out(left)


def batches(*shape, count=6):
    draws = torch.Generator().manual_seed(1)
    return [torch.randn(*shape, generator=draws) for _ in range(count)]


class ChainruleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = os.path.join(folder.name, "run")

    def train(self, make, inputs, each=None, observed=True, call=lambda model, x: model(x)):
        """Weights after a step for each of the inputs, and what was observed."""
        torch.manual_seed(0)
        model = make()
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

        def step(x):
            optimizer.zero_grad()
            loss = call(model, x).square().mean()
            loss.backward()
            optimizer.step()
            return loss

        if observed:
            with chainrule.Run(self.dir, model, optimizer, rows=8, epochs=2) as run:
                for x in inputs:
                    loss = step(x)
                    if each is not None:
                        each(model, optimizer)
                    run.step(loss)
                run.epoch()
            with open(os.path.join(self.dir, "events.jsonl"), encoding="utf8") as file:
                events = [json.loads(line) for line in file]
        else:
            events = []
            for x in inputs:
                step(x)
        self.events, self.model = events, model
        return model.state_dict(), [one for one in events if one["type"] == "observation"]

    def assert_untouched(self, make, inputs, **more):
        alone, _ = self.train(make, inputs, observed=False, **more)
        seen, observations = self.train(make, inputs, **more)
        for name, value in alone.items():
            self.assertTrue(torch.equal(seen[name], value), name)
        self.assertEqual(len(observations), len(inputs))
        return observations

    def test_modules_that_write_into_their_input(self):
        for make in [lambda: Residual(True), WritingResidual]:
            with self.subTest(make), tempfile.TemporaryDirectory() as folder:
                self.dir = os.path.join(folder, "run")
                self.assert_untouched(make, batches(8, 4))
        self.dir += "-2"
        plain, _ = self.train(lambda: Residual(False), batches(8, 4), observed=False)
        written, _ = self.train(lambda: Residual(True), batches(8, 4), observed=False)
        self.assertFalse(torch.equal(plain["first.weight"], written["first.weight"]))

    def test_images_in_any_order_of_memory(self):
        images = [one.to(memory_format=torch.channels_last) for one in batches(4, 3, 6, 6)]
        make = lambda: nn.Sequential(nn.Conv2d(3, 5, 3), nn.ReLU(inplace=True), nn.Conv2d(5, 2, 3), nn.Tanh())
        for observation in self.assert_untouched(make, images):
            self.assertEqual([one["units"] for one in observation["units"]], [5, 2])

    def test_sequences_of_any_length_and_sparse_gradients(self):
        rows = [torch.arange(2 * length).view(2, length) % 7 for length in (3, 5, 4, 5, 2, 6, 3, 3)]
        observations = self.assert_untouched(Sequences, rows)
        self.assertEqual([one["units"][0]["units"] for one in observations], [4] * len(rows))
        gradient = observations[0]["parameters"][0]["gradient"]
        # Of nine rows of four, six have a gradient.
        self.assertEqual((gradient["size"], gradient["zeros"] >= 12), (36, True))

    def test_units_of_other_shapes_begin_anew(self):
        # Elements of what has one axis are units.
        inputs = [torch.randn(length) - 9 for length in (3, 5, 5, 5, 5, 5, 5)]
        make = lambda: nn.Sequential(nn.Unflatten(0, (-1, 1)), nn.Linear(1, 1, bias=False), nn.Flatten(0), nn.ReLU())
        _, observations = self.train(make, inputs)
        self.assertEqual([one["units"][0]["units"] for one in observations], [3, 5, 5, 5, 5, 5, 5])

    def test_inputs_by_name(self):
        observations = self.assert_untouched(ByName, batches(8, 4), call=lambda model, x: model(x=x))
        for row in observations[-1]["ledger"]:
            product = row["weightFactor"] * row["activationFactor"] * row["skipFactor"]
            self.assertAlmostEqual(product, row["attenuation"], 6)
        self.assertEqual((self.events[0]["batchSize"], self.events[0]["features"]), (8, 4))
        self.assertNotIn("noise", observations[-1])

    def test_parameters_as_inputs_and_results_that_are_not_read(self):
        self.assert_untouched(Queries, batches(8, 4))
        self.assertFalse(self.model.queries._backward_hooks)

    def test_copies_of_the_model(self):
        kept = []

        def each(model, optimizer):
            average = torch.optim.swa_utils.AveragedModel(model)
            average.update_parameters(model)
            x = torch.ones(2, 4)
            for one in (average, copy.deepcopy(model), copy.copy(model), model._replicate_for_data_parallel()):
                one(x).sum().backward()
            copy.deepcopy(optimizer)
            model.zero_grad()
            file = io.BytesIO()
            torch.save(model, file)
            kept.append((file.getvalue(), model.state_dict()["0.weight"].clone()))

        make = lambda: nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            _, observations = self.train(make, batches(8, 4), each)
        self.assertEqual([len(one["values"]) for one in observations], [3] * 6)
        # Where there is no chainrule.py.
        data, weight = kept[-1]
        path = os.path.join(self.dir, "model.pt")
        with open(path, "wb") as file:
            file.write(data)
        code = "import sys, torch; m = torch.load(sys.argv[1], weights_only=False); m(torch.ones(2, 4)).sum().backward()"
        subprocess.run([sys.executable, "-c", code, path], check=True, cwd=self.dir)
        self.assertTrue(torch.equal(torch.load(io.BytesIO(data), weights_only=False)[0].weight, weight))

    def test_what_fails_in_observing_is_told_once(self):
        make = lambda: nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 1))
        alone, _ = self.train(make, batches(8, 4), observed=False)
        for name in ["_slopes", "_name_of", "_is_observed", "_rate", "_line"]:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                self.dir = os.path.join(folder, "run")
                real, calls = getattr(chainrule.Run, name), []

                def fails(run, *args):
                    calls.append(args)
                    if run._steps == 2:
                        raise RuntimeError("out of order")
                    return real(run, *args)

                setattr(chainrule.Run, name, fails)
                try:
                    with self.assertWarnsRegex(UserWarning, "step 3, .* RuntimeError: out of order") as told:
                        seen, observations = self.train(make, batches(8, 4))
                finally:
                    setattr(chainrule.Run, name, real)
                self.assertEqual(len([one for one in told.warnings if "Observing" in str(one.message)]), 1)
                self.assertEqual(len(observations), 2)
                self.assertEqual(self.events[-1]["type"], "end")
                for key, value in alone.items():
                    self.assertTrue(torch.equal(seen[key], value), key)


if __name__ == "__main__":
    unittest.main()
