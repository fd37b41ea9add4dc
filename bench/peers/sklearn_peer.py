"""scikit-learn: MLPClassifier.partial_fit on the batch, for dense networks with one activation."""
import warnings

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor


def start(options):
    warnings.filterwarnings("ignore")


def version():
    return sklearn.__version__


def load(workload, values):
    if workload["kind"] == "product":
        return "no matrix products of its own"
    layers = workload["layers"]
    if not all(layer["kind"] in ("dense", "relu", "sigmoid") for layer in layers):
        return "dense networks only"
    if layers[-1]["kind"] != "dense" and workload["loss"] != "crossEntropy":
        return "no sigmoid on the output of a regressor"
    hidden = [layer["outputs"] for layer in layers if layer["kind"] == "dense"][:-1]
    activation = "relu" if any(layer["kind"] == "relu" for layer in layers) else "logistic"
    batch, classes = workload["batch"], workload["classes"]
    model = MLPClassifier(
        hidden,
        activation=activation,
        solver=workload["optimizer"],
        batch_size=batch,
        learning_rate_init=workload["rate"],
        alpha=0,
        momentum=0,
        nesterovs_momentum=False,
    )
    x = np.array(values["x"], dtype=np.float32).reshape(batch, -1)
    y = np.array(values["y"])
    every = np.arange(classes)

    def run(steps):
        for _ in range(steps):
            model.partial_fit(x, y, classes=every)
        return float(model.loss_)

    return run
