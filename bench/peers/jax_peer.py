"""JAX: a jitted step of value_and_grad with donated state; optimizers written out."""
import os


def start(options):
    # Read when the CPU client starts: the size of its pool of threads, and whether products use it.
    os.environ["PJRT_NPROC"] = str(options["threads"])
    os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if options['threads'] > 1 else 'false'}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    global jax, jnp
    import jax
    import jax.numpy as jnp


def version():
    return jax.__version__


def forward(layers, x, take):
    for layer in layers:
        kind = layer["kind"]
        if kind == "dense":
            x = x @ take() + take()
        elif kind == "relu":
            x = jax.nn.relu(x)
        elif kind == "sigmoid":
            x = jax.nn.sigmoid(x)
        elif kind == "flatten":
            x = x.reshape(x.shape[0], -1)
        elif kind == "maxPool":
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")
        elif kind == "globalAveragePool":
            x = x.mean((2, 3))
        elif kind == "conv":
            p = layer["padding"]
            stride = (layer["stride"],) * 2
            x = jax.lax.conv_general_dilated(x, take(), stride, [(p, p), (p, p)]) + take().reshape(-1, 1, 1)
        elif kind == "batchNorm":
            scale = jax.lax.rsqrt(x.var((0, 2, 3), keepdims=True) + 1e-5) * take().reshape(-1, 1, 1)
            x = (x - x.mean((0, 2, 3), keepdims=True)) * scale + take().reshape(-1, 1, 1)
        elif kind == "residual":
            main = forward(layer["main"], x, take)
            x = jax.nn.relu(main + forward(layer["shortcut"], x, take))
        elif kind == "transformer":
            x = transformer(layer, x, take)
    return x


def layer_norm(x, take):
    scale = jax.lax.rsqrt(x.var(-1, keepdims=True) + 1e-5)
    return (x - x.mean(-1, keepdims=True)) * scale * take() + take()


def transformer(layer, tokens, take):
    width, heads, context = layer["width"], layer["heads"], layer["context"]
    batch = tokens.shape[0]
    linear = lambda x: x @ take() + take()
    x = take()[tokens] + take()
    for _ in range(layer["layers"]):
        qkv = linear(layer_norm(x, take)).reshape(batch, context, 3, heads, width // heads)
        q, k, v = qkv[:, :, 0], qkv[:, :, 1], qkv[:, :, 2]
        attended = jax.nn.dot_product_attention(q, k, v, is_causal=True)
        x = x + linear(attended.reshape(batch, context, width))
        x = x + linear(jax.nn.gelu(linear(layer_norm(x, take)), approximate=False))
    return linear(layer_norm(x, take))


def product(n):
    x, y = jnp.full((n, n), 0.5), jnp.full((n, n), 0.25)
    multiply = jax.jit(jnp.matmul)

    def run(steps):
        for _ in range(steps):
            z = multiply(x, y).block_until_ready()
        return float(z[-1, -1])

    return run


def training(workload, parameters, x, y):
    classes, rate = workload["classes"], workload["rate"]
    is_classes = workload["loss"] == "crossEntropy"
    parameters = [jnp.array(p) for p in parameters]
    x, y = jnp.array(x), jnp.array(y)

    def cost(parameters, x, y):
        rest = iter(parameters)
        out = forward(workload["layers"], x, lambda: next(rest))
        if not is_classes:
            return 0.5 * jnp.square(out - y).sum()
        logs = jax.nn.log_softmax(out.reshape(-1, classes))
        return -jnp.take_along_axis(logs, y[:, None], 1).mean()

    def sgd(state, x, y):
        loss, gradients = jax.value_and_grad(cost)(state[0], x, y)
        return ([p - rate * g for p, g in zip(state[0], gradients)],), loss

    def adam(state, x, y):
        parameters, means, variances, t = state
        loss, gradients = jax.value_and_grad(cost)(parameters, x, y)
        t = t + 1
        means = [0.9 * m + 0.1 * g for m, g in zip(means, gradients)]
        variances = [0.999 * v + 0.001 * g * g for v, g in zip(variances, gradients)]
        step = rate / (1 - 0.9**t)
        correction = 1 - 0.999**t
        updated = [p - step * m / (jnp.sqrt(v / correction) + 1e-8) for p, m, v in zip(parameters, means, variances)]
        return (updated, means, variances, t), loss

    is_sgd = workload["optimizer"] == "sgd"
    step = jax.jit(sgd if is_sgd else adam, donate_argnums=0)
    zeros = lambda: [jnp.zeros_like(p) for p in parameters]
    state = (parameters,) if is_sgd else (parameters, zeros(), zeros(), jnp.zeros(()))

    def run(steps):
        nonlocal state
        for _ in range(steps):
            state, loss = step(state, x, y)
        return float(loss)

    return run
