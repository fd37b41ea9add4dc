# Writes tails.json: ops and their derivatives at the ends of their ranges, to 17 digits of 50.
#   python3 -m venv env && env/bin/pip install mpmath==1.4.1 && env/bin/python test/golden/tails.py > test/golden/tails.json
# Each row is [x …, y, ∂y/∂x …]; every x is a number of float32.
import json
import struct
from mpmath import mp, mpf, cosh, cos, erf, erfc, exp, expm1, log, log1p, pi, sin, sqrt, tanh

mp.dps = 50
float32 = lambda x: struct.unpack("f", struct.pack("f", x))[0]
sigmoid = lambda x: 1 / (1 + exp(-x))
cdf = lambda x: erfc(-x / sqrt(2)) / 2
density = lambda x: exp(-x * x / 2) / sqrt(2 * pi)
gelu_slope = lambda x: cdf(x) + x * density(x)
cubic = mpf(0.044715)
v = lambda x: 2 * sqrt(2 / pi) * (x + cubic * x**3)
dv = lambda x: 2 * sqrt(2 / pi) * (1 + 3 * cubic * x**2)
softplus = lambda x: x + log1p(exp(-x)) if x > 0 else log1p(exp(x))

tiny = [1e-30, 1e-12, 1e-7, 1e-4, 0.01]
middle = [0.1, 0.3, 0.6, 1, 1.5, 2, 3, 4, 5]
far = [6, 7, 8, 10, 12, 13, 16, 20, 30, 40, 60, 80]
both = lambda xs: [-x for x in reversed(xs)] + [0] + list(xs)
positive = [1e-30, 1e-12, 1e-4, 0.1, 0.9, 0.9999, 1, 1.0001, 1.5, 3, 1e3, 1e12, 1e30]
bell = both(tiny + middle + [6, 7, 8, 10, 12, 13])

ops = {
    "exp": (both(tiny + middle + far), exp, exp),
    "expm1": (both(tiny + middle + far), expm1, exp),
    "log": (positive, log, lambda x: 1 / x),
    "log1p": ([-0.9999, -0.9, -0.5] + both(tiny)[:-1] + [0.01] + middle + [1e3, 1e12, 1e30], log1p, lambda x: 1 / (1 + x)),
    "sqrt": (positive, sqrt, lambda x: 1 / (2 * sqrt(x))),
    "rsqrt": (positive[1:], lambda x: 1 / sqrt(x), lambda x: -1 / (2 * x * sqrt(x))),
    "reciprocal": (positive[1:-1], lambda x: 1 / x, lambda x: -1 / x**2),
    "sin": (both(tiny + middle + [3.1415927, 10, 355, 8000]), sin, cos),
    "cos": (both(tiny + middle + [1.5707964, 10, 355, 8000]), cos, lambda x: -sin(x)),
    "erf": (both(tiny + middle + [6, 7, 8, 9]), erf, lambda x: 2 / sqrt(pi) * exp(-x * x)),
    "tanh": (both(tiny + middle + far[:-4]), tanh, lambda x: 1 / cosh(x) ** 2),
    "sigmoid": (both(tiny + middle + far), sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "softplus": (both(tiny + middle + far), softplus, sigmoid),
    "elu": (both(tiny + middle + far), lambda x: x if x > 0 else expm1(x), lambda x: mpf(1) if x > 0 else exp(x)),
    "gelu": (bell, lambda x: x * cdf(x), gelu_slope),
    "geluDerivative": (bell, gelu_slope, lambda x: density(x) * (2 - x * x)),
    "geluTanh": (
        both(tiny + middle + [6, 7, 8, 9]),
        lambda x: x * sigmoid(v(x)),
        lambda x: sigmoid(v(x)) * (1 + x * sigmoid(-v(x)) * dv(x)),
    ),
    "silu": (both(tiny + middle + far), lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x))),
    "div": (
        [(a, b) for a in [-3, 1e-12, 0.7, 1e12] for b in [-1e12, 1e-12, 0.3, 7, 1e20]],
        lambda a, b: a / b,
        lambda a, b: 1 / b,
        lambda a, b: -a / b**2,
    ),
    "pow": (
        [(a, b) for a in [1e-6, 0.3, 0.999, 1.001, 7, 1e5] for b in [-5, -0.5, 0.001, 1 / 3, 3, 5.5]],
        lambda a, b: a**b,
        lambda a, b: b * a ** (b - 1),
        lambda a, b: a**b * log(a),
    ),
}

rows = {}
for name, (points, *functions) in ops.items():
    rows[name] = []
    for point in points:
        at = [float32(x) for x in (point if isinstance(point, tuple) else [point])]
        rows[name].append(at + [float(f(*map(mpf, at))) for f in functions])
separator = ",\n"
lists = [f'"{name}": [\n{separator.join(map(json.dumps, list))}\n]' for name, list in rows.items()]
print("{\n" + separator.join(lists) + "\n}")
