# Checks what state-dicts.mjs wrote: torch modules load it, strictly, and give the same. python test/pytorch/state_dicts.py FOLDER
import json
import sys

import torch
from safetensors.torch import load_file
from torch import nn


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layer = layers[0] if len(layers) == 1 else nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layer(x)


class Positions(nn.Module):
    def __init__(self, positions, width):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(positions, width))

    def forward(self, x):
        return x + self.weight[: x.shape[1]]


class Attention(nn.MultiheadAttention):
    def __init__(self, features, heads, bias=True):
        super().__init__(features, heads, bias=bias, batch_first=True)

    def forward(self, x):
        return super().forward(x, x, x, need_weights=False)[0]


table = nn.Sequential(
    nn.Linear(4, 6),
    nn.BatchNorm1d(6),
    nn.ReLU(),
    nn.Dropout(0.2),
    Residual(nn.Linear(6, 6, bias=False), nn.LayerNorm(6), nn.GELU(approximate="tanh")),
    nn.Linear(6, 3),
    nn.Softmax(-1),
)
image = nn.Sequential(
    nn.Conv2d(2, 6, 3, padding=1, groups=2),
    nn.BatchNorm2d(6),
    nn.SiLU(),
    Residual(nn.Conv2d(6, 6, 1)),
    nn.MaxPool2d(2),
    nn.AvgPool2d(2, padding=1),
    nn.Flatten(),
    nn.Linear(54, 5),
)
text = nn.Sequential(
    nn.Embedding(11, 8),
    Positions(6, 8),
    Residual(nn.LayerNorm(8), Attention(8, 2)),
    Attention(8, 4, bias=False),
    nn.Linear(8, 11),
)

for name, module in {"table": table, "image": image, "text": text}.items():
    with open(f"{sys.argv[1]}/{name}.json", encoding="utf8") as said:
        case = json.load(said)
    module.load_state_dict(load_file(f"{sys.argv[1]}/{name}.safetensors"))
    module.eval()
    with torch.no_grad():
        got = module(torch.tensor(case["x"]))
    wanted = torch.tensor(case["y"])
    assert got.shape == wanted.shape, (name, got.shape, wanted.shape)
    difference = float((got - wanted).abs().max())
    assert difference < 1e-5, (name, difference)
    print(f"{name}: loaded, and the same to {difference:.1e}")
