"""What TensorFlow, the package's NumPy and the page's JavaScript make of a drawn case.

Each gives ``{"forward": {name: values}, "gradients": {name: values}}``, or None for a case of which
it does not have all layers.
"""

import json

import numpy as np
from layer_cases import pair, pool_strides


def tensorflow_layer(case, index, values, weights):
    """Return what a layer makes of the values, and the state that it leaves."""
    import tensorflow as tf

    name, options = case.layers[index]
    if name.endswith("convolution"):
        strides, padding = pair(options["strides"]), options["padding"].upper()
        values = tf.nn.conv2d(values, weights["kernel"], strides, padding) + weights["bias"]
    if "pool_size" in options:
        size = pair(options["pool_size"])
        pool = tf.nn.avg_pool2d if name == "average_pooling" else tf.nn.max_pool2d
        values = pool(values, size, pool_strides(name, options), "VALID")
    if name == "dense":
        values = values @ weights["kernel"] + weights["bias"]
    elif name == "flatten":
        values = tf.reshape(values, (values.shape[0], -1))
    elif name == "activation":
        values = {"relu": tf.nn.relu, "tanh": tf.tanh, "sigmoid": tf.sigmoid}[options["function"]](
            values
        )
    elif name == "dropout" and case.training:
        kept = (case.uniforms[index] >= options["rate"]) / (1 - options["rate"])
        values = values * kept
    elif name == "batch_normalization":
        state = {each: case.state[f"{index}.{each}"] for each in ("moving_mean", "moving_variance")}
        mean, variance = state.values()
        if case.training:
            mean, variance = tf.nn.moments(values, list(range(len(values.shape) - 1)))
            keep = options["momentum"]
            for each, new in zip(state, (mean, variance), strict=True):
                state[each] = keep * state[each] + (1 - keep) * new.numpy()
        values = tf.nn.batch_normalization(
            values, mean, variance, weights["beta"], weights["gamma"], options["epsilon"]
        )
        return values, {f"{index}.{each}": value for each, value in state.items()}
    return values, {}


def in_tensorflow(case):
    """Return what forward gives, and all gradients, each a dict of arrays."""
    import tensorflow as tf

    if case.kind == "bench of sizes":
        return bench_in_tensorflow(case.layers[0][1])
    variables = {name: tf.Variable(array) for name, array in case.weights.items()}
    variables["inputs"] = values = tf.Variable(case.inputs)
    forward = {}
    with tf.GradientTape() as tape:
        for index in range(len(case.layers)):
            own = {
                name.split(".")[1]: variable
                for name, variable in variables.items()
                if name.startswith(f"{index}.")
            }
            values, state = tensorflow_layer(case, index, values, own)
            forward |= state
        if case.labels is None:
            target = tf.reduce_sum(values * case.gradient)
        else:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(case.labels, values)
            target = tf.reduce_mean(losses)
            forward |= {"loss": target.numpy(), "probabilities": tf.nn.softmax(values).numpy()}
    zero = tf.UnconnectedGradients.ZERO
    gradients = tape.gradient(target, variables, unconnected_gradients=zero)
    return {
        "forward": forward | {"outputs": values.numpy()},
        "gradients": {name: gradient.numpy() for name, gradient in gradients.items()},
    }


def bench_in_tensorflow(options):
    """Return how many windows fit along an axis, and the rows that each reads."""
    import tensorflow as tf

    size, kernel, stride, padding, dilation = options.values()
    rows = np.arange(-padding, size + padding).reshape(1, -1, 1, 1)
    if dilation * (kernel - 1) + 1 > rows.size:
        return {"forward": {"size": 0}, "gradients": {"rows": []}}
    read = tf.image.extract_patches(
        rows, [1, kernel, 1, 1], [1, stride, 1, 1], [1, dilation, 1, 1], "VALID"
    )
    return {"forward": {"size": read.shape[1]}, "gradients": {"rows": read.numpy().ravel()}}


def numpy_layer(name, options):
    """Return the layer of the package; None if it has no such layer."""
    from mnist_helpers import numpy_cnn

    sizes = {
        key: pair(value)
        for key, value in options.items()
        if key in ("kernel_size", "strides", "pool_size")
    }
    kinds = {
        "convolution": numpy_cnn.Conv2D,
        "pooled_convolution": numpy_cnn.PooledConv2D,
        "max_pooling": numpy_cnn.MaxPooling2D,
        "average_pooling": numpy_cnn.AveragePooling2D,
        "dense": numpy_cnn.Dense,
        "dropout": numpy_cnn.Dropout,
        "batch_normalization": numpy_cnn.BatchNormalization,
        "flatten": numpy_cnn.Flatten,
    }
    if name == "activation":
        return numpy_cnn.ReLU() if options["function"] == "relu" else None
    return kinds[name](**options | sizes) if name in kinds else None


class Given:
    """A generator of the random numbers that a dropout is to draw, (batch, ...)."""

    def __init__(self, uniforms):
        self.uniforms = uniforms

    def random(self, dtype, out):
        """Write them as the layer has its numbers in memory: the images innermost."""
        axes = (1, 3, 2, 0) if self.uniforms.ndim == 4 else (*range(1, self.uniforms.ndim), 0)
        out[...] = self.uniforms.transpose(axes).ravel()


def in_numpy(case):
    """Return the same from the package; None if it has not all of the layers."""
    from mnist_helpers.numpy_cnn import SoftmaxCrossEntropy, softmax

    layers = [numpy_layer(*layer) for layer in case.layers]
    if None in layers:
        return None
    inputs = case.inputs.astype(case.dtype)
    shape = inputs.shape[1:]
    if case.flags["images innermost"]:
        inputs = np.moveaxis(np.ascontiguousarray(np.moveaxis(inputs, 0, -1)), -1, 0)
    for index, layer in enumerate(layers):
        shape = layer.build(shape, dtype=case.dtype).output_shape
        for name, parameter in layer.parameters.items():
            parameter[...] = case.weights[f"{index}.{name}"]
    if layers:
        layers[0].needs_input_gradient = case.flags["asks for the input"]
    if case.flags["used before"]:
        generator = np.random.default_rng(case.seed)
        values = generator.normal(size=(len(inputs) + 2, *inputs.shape[1:])).astype(case.dtype)
        for layer in layers:
            values = layer.forward(values, training=True)
        for layer in reversed(layers):
            values = layer.backward(values)
    for index, layer in enumerate(layers):
        for name in layer.state:
            layer.state[name][...] = case.state[f"{index}.{name}"]
        if index in case.uniforms:
            layer.generator = Given(case.uniforms[index])

    values, forward = inputs, {}
    for layer in layers:
        values = layer.forward(values, case.training)
    forward["outputs"] = values.copy()
    for index, layer in enumerate(layers):
        forward |= {f"{index}.{name}": value.copy() for name, value in layer.state.items()}
    if case.labels is None:
        gradient = case.gradient.astype(case.dtype)
    else:
        loss = SoftmaxCrossEntropy()
        forward |= {"loss": loss.forward(values, case.labels), "probabilities": softmax(values)}
        gradient = loss.backward()
    if not case.training and any(name == "batch_normalization" for name, _ in case.layers):
        return {"forward": forward, "gradients": {}}  # the layer refuses to go back
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    gradients = {
        f"{index}.{name}": value
        for index, layer in enumerate(layers)
        for name, value in layer.gradients.items()
    }
    if gradient is not None:
        gradients["inputs"] = gradient
    return {"forward": forward, "gradients": gradients}


SCRIPT = """async (cases) => {
  const load = (name) => import(`/${name}.js`);
  const { buildNetwork } = await load("networks");
  const { crossEntropy, softmax } = await load("network");
  const { outputSize, rowsRead } = await load("bench");
  const bench = (options) => {
    const size = outputSize(options);
    const rows = Array.from({ length: size }, (_, y) => rowsRead(options, y)).flat();
    return { forward: { size }, gradients: { rows } };
  };
  return JSON.stringify(JSON.parse(cases).map((given) => {
    if (given.bench) return bench(given.bench);
    const Numbers = given.dtype === "float64" ? Float64Array : Float32Array;
    let random = Math.random;
    const network = buildNetwork(given.layers,
      { inputShape: given.shape, Numbers, random: () => random() });
    network.load(given.weights);
    if (network.layers.length) network.layers[0].needsInputGradient = given.asksForTheInput;
    const images = given.images.map((image) => Numbers.from(image));
    if (given.usedBefore) {
      network.backward(network.forward(images[0].map((value) => 3 - value), true).slice());
      for (const [, , gradients] of network.named()) gradients.fill(0);
    }
    random = () => given.uniforms.shift();
    const outputs = [], probabilities = [], inputs = [];
    let loss = 0;
    images.forEach((image, k) => {
      const values = network.forward(image, given.training);
      outputs.push(...values);
      let gradient = given.gradients?.[k];
      if (given.labels) {
        probabilities.push(...softmax(values));
        const found = crossEntropy(values, given.labels[k]);
        loss += found.loss / images.length;
        gradient = found.gradient.map((value) => value / images.length);
      }
      inputs.push(...network.backward(Numbers.from(gradient)));
    });
    const forward = given.labels ? { outputs, probabilities, loss } : { outputs };
    const gradients = Object.fromEntries(
      network.named().map(([name, , own]) => [name, Array.from(own)]));
    if (given.asksForTheInput) gradients.inputs = inputs;
    return { forward, gradients };
  }));
}"""


def for_javascript(case):
    """Return a case as the script takes it; None if the page has not all of its layers."""
    kinds = ("convolution", "max_pooling", "dense", "activation", "dropout", "flatten")
    if case.kind == "bench of sizes":
        return {"bench": case.layers[0][1]}
    for name, options in case.layers:
        if name not in kinds or any(isinstance(value, list) for value in options.values()):
            return None
    rows = range(len(case.inputs))
    return {
        "layers": [
            {"name": str(index), "kind": name, "options": options}
            for index, (name, options) in enumerate(case.layers)
            if name != "flatten"  # arrays are flat there
        ],
        "dtype": case.dtype,
        "shape": case.inputs.shape[1:],
        "images": [image.ravel().tolist() for image in case.inputs],
        "weights": {name: {"data": array.ravel().tolist()} for name, array in case.weights.items()},
        "uniforms": [
            value for row in rows for each in case.uniforms.values() for value in each[row].flat
        ],
        "labels": case.labels if case.labels is None else case.labels.tolist(),
        "gradients": None
        if case.gradient is None
        else [each.ravel().tolist() for each in case.gradient],
        "training": case.training,
        "asksForTheInput": case.flags["asks for the input"],
        "usedBefore": case.flags["used before"],
    }


def in_javascript(page, cases):
    """Return the same from the page's modules, for many cases at once."""
    asked = [for_javascript(case) for case in cases]
    given = json.dumps([each for each in asked if each])
    found = iter(json.loads(page.evaluate(SCRIPT, given)))
    return [each and next(found) for each in asked]
