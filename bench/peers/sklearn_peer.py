"""scikit-learn: MLPClassifier.partial_fit on the batch, for dense networks with one activation."""
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier


def start(options):
    warnings.filterwarnings("ignore")


def version():
    return sklearn.__version__


def product(n):
    return "no matrix products of its own"


def training(workload, parameters, x, y):
    layers = workload["layers"]
    if not all(layer["kind"] in ("dense", "relu", "sigmoid") for layer in layers):
        return "dense networks only"
    if workload["loss"] != "crossEntropy":
        return "no sigmoid on the output of a regressor"
    model = MLPClassifier(
        [layer["outputs"] for layer in layers if layer["kind"] == "dense"][:-1],
        activation="relu" if any(layer["kind"] == "relu" for layer in layers) else "logistic",
        solver=workload["optimizer"],
        batch_size=workload["batch"],
        learning_rate_init=workload["rate"],
        alpha=0,
        momentum=0,
        nesterovs_momentum=False,
        random_state=0,
    )
    classes = np.arange(workload["classes"])

    def run(steps):
        for _ in range(steps):
            model.partial_fit(x, y, classes=classes)
        return float(model.loss_)

    return run
