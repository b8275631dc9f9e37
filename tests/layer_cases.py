"""Draw a random layer, a small network with its loss or a bench of sizes, all from one seed."""

import collections

import numpy as np

WEIGHTED = ("convolution", "pooled_convolution", "dense", "batch_normalization")
KINDS = {}  # name to how often it is drawn, and its function

# `layers` are [(kind, options), ...] as in the book's notation, `weights` and `state` arrays by
# "INDEX.NAME", `uniforms` what dropout draws by index; then either the gradient of the outputs, or
# the labels of a loss. All numbers are float64, if with a value that `dtype` has.
Case = collections.namedtuple(
    "Case", "seed kind layers inputs weights state uniforms labels gradient dtype training flags"
)


def kind(weight):
    """Register a function that draws layers for them, and the shape of their input."""

    def register(function):
        KINDS[function.__name__.replace("_", " ")] = weight, function
        return function

    return register


def chance(generator, share):
    return bool(generator.random() < share)


def number(generator, low, high):
    return int(generator.integers(low, high + 1))


def window(generator, square, most=5):
    """Draw a height and a width, or one number for both, which is all that the page has."""
    if square:
        return number(generator, 1, most)
    return [number(generator, 1, most), number(generator, 1, most)]


def pair(value):
    return tuple(value) if isinstance(value, list) else (value, value)


def image(generator, least=(1, 1)):
    """Draw the shape of an image in which a window fits."""
    return (*(number(generator, low, low + 6) for low in least), number(generator, 1, 4))


def convolving(generator, square, strides=3):
    options = {"filters": number(generator, 1, 6), "kernel_size": window(generator, square)}
    options["strides"] = window(generator, square, strides)
    return options | {"padding": ["valid", "same"][number(generator, 0, 1)]}


@kind(30)
def convolution(generator):
    options = convolving(generator, chance(generator, 0.6))
    least = pair(options["kernel_size"]) if options["padding"] == "valid" else (1, 1)
    return [("convolution", options)], image(generator, least)


@kind(10)
def pooled_convolution(generator):
    options = convolving(generator, False)
    options["pool_size"] = window(generator, False, 3)
    kernel, strides, pool = (
        np.array(pair(options[name])) for name in ("kernel_size", "strides", "pool_size")
    )
    least = kernel + (pool - 1) * strides
    return [("pooled_convolution", options)], image(generator, least)


def pooling(generator, square):
    options = {"pool_size": window(generator, square, 4)}
    if not square:
        options["strides"] = window(generator, False, 4)
    return options, image(generator, pair(options["pool_size"]))


@kind(12)
def max_pooling(generator):
    options, shape = pooling(generator, chance(generator, 0.5))
    return [("max_pooling", options)], shape


@kind(6)
def average_pooling(generator):
    options, shape = pooling(generator, False)
    return [("average_pooling", options)], shape


@kind(10)
def dense(generator):
    return [("dense", {"units": number(generator, 1, 9)})], (number(generator, 1, 20),)


def any_shape(generator):
    return image(generator) if chance(generator, 0.6) else (number(generator, 1, 12),)


@kind(10)
def activation(generator):
    name = ["relu", "tanh", "sigmoid"][number(generator, 0, 2)]
    return [("activation", {"function": name})], any_shape(generator)


@kind(8)
def dropout(generator):
    return [("dropout", {"rate": number(generator, 0, 9) / 10})], any_shape(generator)


@kind(8)
def batch_normalization(generator):
    options = {"momentum": generator.uniform(0.5, 1), "epsilon": generator.uniform(1e-4, 1e-2)}
    return [("batch_normalization", options)], any_shape(generator)


@kind(2)
def flatten(generator):
    return [("flatten", {})], image(generator)


@kind(8)
def softmax_and_cross_entropy(generator):
    return [], (number(generator, 2, 12),)


@kind(20)
def network_with_its_loss(generator):
    """Draw up to eight layers, each of which fits onto what is left of the image."""
    square, smooth = chance(generator, 0.6), chance(generator, 0.3)
    shape = first = image(generator, (4, 4))
    layers = []

    def add(name, **options):
        nonlocal shape
        layers.append((name, options))
        shape = output_shape(name, options, shape)

    def activate():
        function = ["tanh", "sigmoid"][number(generator, 0, 1)] if smooth else "relu"
        add("activation", function=function)

    for _ in range(number(generator, 1, 2)):
        options = convolving(generator, square, strides=2)
        if any(np.greater(pair(options["kernel_size"]), shape[:2])):
            options["padding"] = "same"
        add("convolution", **options)
        if not square and chance(generator, 0.3):
            add("batch_normalization", momentum=0.9, epsilon=1e-3)
        activate()
        if min(shape[:2]) >= 2 and chance(generator, 0.6):
            add("max_pooling", pool_size=2)
        if chance(generator, 0.3):
            add("dropout", rate=0.25)
    add("flatten")
    if chance(generator, 0.5):
        add("dense", units=number(generator, 1, 8))
        activate()
    add("dense", units=number(generator, 2, 10))
    return layers, first


@kind(4)
def bench_of_sizes(generator):
    limits = {"size": (4, 12), "kernel": (1, 5), "stride": (1, 4), "padding": (0, 4)}
    options = {name: number(generator, *each) for name, each in limits.items()}
    return [("bench", options | {"dilation": number(generator, 1, 3)})], (1,)


def pool_strides(name, options):
    """Return how far the windows of a pooling move; their own size, if nothing else is said."""
    given = None if name == "pooled_convolution" else options.get("strides")
    return pair(given or options["pool_size"])


def output_shape(name, options, shape):
    """Return the shape after a layer."""
    if name == "flatten":
        return (int(np.prod(shape)),)
    if name == "dense":
        return (options["units"],)
    if name == "bench" or not {"kernel_size", "pool_size"} & set(options):
        return shape
    size = np.array(shape[:2])
    if name.endswith("convolution"):
        kernel, strides = np.array(pair(options["kernel_size"])), pair(options["strides"])
        size = (
            -(-size // strides) if options["padding"] == "same" else (size - kernel) // strides + 1
        )
    if "pool_size" in options:
        size = (size - pair(options["pool_size"])) // pool_strides(name, options) + 1
    return (*map(int, size), options.get("filters", shape[-1]))


def weight_shapes(name, options, shape):
    if name.endswith("convolution"):
        kernel = (*pair(options["kernel_size"]), shape[-1], options["filters"])
        return {"kernel": kernel, "bias": kernel[-1:]}
    if name == "dense":
        return {"kernel": (*shape, options["units"]), "bias": (options["units"],)}
    return dict.fromkeys(("gamma", "beta"), shape[-1:]) if name == "batch_normalization" else {}


def draw(seed):
    """Draw a case from its seed."""
    generator = np.random.default_rng(seed)
    kinds, shares = list(KINDS), np.array([weight for weight, _ in KINDS.values()])
    chosen = kinds[generator.choice(len(kinds), p=shares / shares.sum())]
    layers, shape = KINDS[chosen][1](generator)
    batch = number(generator, 1, 4)
    dtype = "float32" if chance(generator, 0.25) else "float64"
    names = ("asks for the input", "images innermost", "used before", "ties", "zeros")
    flags = {name: chance(generator, 0.5) for name in names}
    flags["asks for the input"] |= not any(name in WEIGHTED for name, _ in layers)
    flags["ties"] &= len(layers) == 1
    training = chance(generator, 0.8)

    def some(*size):
        values = generator.normal(size=size)
        return np.round(2 * values) if flags["ties"] else values.astype(dtype).astype(float)

    inputs = some(batch, *shape)
    if flags["zeros"]:
        inputs[generator.random(inputs.shape) < 0.5] = 0
    weights, state, uniforms = {}, {}, {}
    for index, (name, options) in enumerate(layers):
        for parameter, size in weight_shapes(name, options, shape).items():
            values = some(*size)
            if parameter == "kernel" and len(layers) > 1:
                values = (values / np.sqrt(values[..., 0].size)).astype(dtype).astype(float)
            weights[f"{index}.{parameter}"] = values
        if name == "batch_normalization":
            for moving in ("moving_mean", "moving_variance"):
                state[f"{index}.{moving}"] = np.abs(some(*shape[-1:])) + 1
        if name == "dropout":
            drawn = generator.random((batch, *shape), np.float32)
            uniforms[index] = drawn.astype(float)
        shape = output_shape(name, options, shape)
    labels = gradient = None
    if len(layers) != 1:
        labels = generator.integers(shape[-1], size=batch)
    else:
        gradient = some(batch, *shape)
        if flags["zeros"]:
            gradient[generator.random(gradient.shape) < 0.5] = 0
    return Case(
        seed, chosen, layers, inputs, weights, state, uniforms, labels, gradient, dtype, training,
        flags,
    )  # fmt: skip
