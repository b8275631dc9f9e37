"""A network: train, predict, save, and trade weights with Keras."""

import copy
import math

import numpy as np

from .base import whole_number
from .chain import Chain, Team, read_weights, write_weights
from .losses import SoftmaxCrossEntropy, check_labels, softmax
from .optimizers import Optimizer


class Network:
    """A classifier made of layers, trained on the shares of a batch side by side.

    Parameters
    ----------
    layers : list of numpy_cnn.Layer
        The last one returns a logit for each class.
    input_shape : tuple of int
        Height, width and channels of an image.
    seed : int
        Of the initial parameters, the dropout and the order of the training images.
    dtype : {'float32', 'float64'}
        What the network computes in.
    threads : int
        How many shares of a batch are computed at once. The same seed and number of
        threads give the same parameters, bit for bit.

    Raises
    ------
    ValueError
        If a setting is not one of these, or layers do not fit together.

    Examples
    --------
    >>> from mnist_helpers.numpy_cnn import Dense, Flatten
    >>> network = Network([Flatten(), Dense(10)])
    >>> network.parameter_count
    7850
    >>> network.predict(np.zeros((2, 28, 28, 1), "float32")).shape
    (2, 10)
    """

    def __init__(self, layers, input_shape=(28, 28, 1), seed=0, dtype="float32", threads=2):
        if not layers:
            raise ValueError("a network needs at least one layer, got none")
        for layer in layers:
            if layer.in_network or sum(other is layer for other in layers) > 1:
                name = type(layer).__name__
                raise ValueError(f"a {name} stands at two places; make a layer for each of them")
        if dtype not in ("float32", "float64"):
            raise ValueError(f"dtype must be 'float32' or 'float64', got {dtype!r}")
        threads = whole_number("threads", threads)
        self.generator = np.random.default_rng(seed)
        shape = tuple(whole_number("each size in input_shape", size) for size in input_shape)
        self.input_shape, self.dtype = shape, np.dtype(dtype)
        for layer in layers:
            shape = layer.build(shape, self.generator, dtype).output_shape
        if len(shape) != 1:
            raise ValueError(f"the last layer has to return a logit for each class, not {shape}")
        if not any(layer.parameters for layer in layers):
            raise ValueError("a network needs at least one layer with parameters, got none")
        layers[0].needs_input_gradient = False
        if any(layer.needs_whole_batch for layer in layers):
            threads = 1
        self.layers, self.classes, self.team = layers, shape[-1], Team(threads)
        self.chains = [Chain(layers)]
        for _ in range(threads - 1):
            replicas = [layer.replica() for layer in layers]
            self.chains.append(Chain(replicas, self.parameter_vector))

    @property
    def parameter_vector(self):
        """All trainable parameters, (parameters,)."""
        return self.chains[0].parameter_vector

    @property
    def parameter_count(self):
        """How many trainable parameters there are."""
        return self.parameter_vector.size

    def __copy__(self):
        """Copy in depth, since two networks on the same workspaces would disturb each other."""
        return copy.deepcopy(self)

    def forward(self, images, training=False):
        """Return the logits, (batch, classes), of one batch: a workspace, soon overwritten."""
        return self.chains[0].forward(images, training)

    def backward(self, output_gradient):
        """Return the gradients of all parameters after `forward`, (parameters,): the same."""
        self.chains[0].backward(output_gradient)
        return self.chains[0].gradient_vector

    def train_on_batch(self, images, labels, optimizer):
        """Let the optimizer take one step; return the mean loss before it.

        Raises
        ------
        ValueError
            As for `fit`.
        FloatingPointError
            If the loss is not finite; the parameters stay as they were.
        """
        images, labels = self.check(images), check_labels(labels, len(images), self.classes)
        return self.take_step(images, labels, optimizer)

    def take_step(self, images, labels, optimizer):
        """Do so for images and labels that have been checked."""
        count = len(images)

        def differentiate(chain, share):
            return chain.forward_and_backward(images[share], labels[share], count)

        losses = self.team.run(differentiate, self.chains, count)
        if not math.isfinite(sum(losses)):
            raise FloatingPointError("the loss is not finite: perhaps too large a learning rate")
        total, *others = [chain.gradient_vector for chain in self.chains[: len(losses)]]
        optimizer.start_step(self.parameter_vector, total)

        def improve(_, part):
            for gradient in others:
                total[part] += gradient[part]
            optimizer.update_part(self.parameter_vector, total, part)

        self.team.run(improve, self.chains, self.parameter_count)
        return sum(losses)

    def fit(
        self,
        images,
        labels,
        optimizer,
        epochs=1,
        batch_size=128,
        schedule=None,
        validation_data=None,
        verbose=1,
    ):
        """Train: every epoch sees every image once, in a new order.

        Parameters
        ----------
        images : ndarray, shape (examples, height, width, channels)
            In the network's dtype.
        labels : ndarray of int, shape (examples,)
            Classes, from 0.
        optimizer : Optimizer
            Goes on from where it is.
        epochs, batch_size : int
            The last batch of an epoch may be a short one.
        schedule : function, optional
            From progress, between 0 and 1, to the learning rate.
        validation_data : pair of ndarray, optional
            Images and labels to evaluate after each epoch.
        verbose : int
            0 for silence, 1 for a progress bar.

        Returns
        -------
        dict of str to list of float
            ``loss`` of each epoch, and ``val_loss`` and ``val_accuracy``.

        Raises
        ------
        ValueError
            If images or labels have a wrong shape or type, or are not finite, or no class; if a
            learning rate of the schedule is negative or not finite.
        FloatingPointError
            If the loss is not finite.
        """
        from tqdm import tqdm  # shows how far it is, and computes nothing

        if not isinstance(optimizer, Optimizer):
            raise ValueError(f"expected an optimizer such as Adam(), got {optimizer!r}")
        images, labels = self.check(images), check_labels(labels, len(images), self.classes)
        epochs, batch_size = whole_number("epochs", epochs), whole_number("batch_size", batch_size)
        starts = range(0, len(images), batch_size)
        names = ("val_loss", "val_accuracy") if validation_data else ()
        if validation_data:
            validation_images, validation_labels = validation_data
            self.check(validation_images)
            check_labels(validation_labels, len(validation_images), self.classes)
        history = {name: [] for name in ("loss", *names)}
        with tqdm(total=epochs * len(starts), unit="step", disable=not verbose) as progress:
            for epoch in range(epochs):
                order, loss = self.generator.permutation(len(images)), 0.0
                for step, start in enumerate(starts):
                    chosen = order[start : start + batch_size]
                    if schedule:
                        done = (epoch * len(starts) + step) / (epochs * len(starts))
                        rate = schedule(done)
                        if not 0 <= rate < math.inf:
                            raise ValueError(f"the schedule's learning rate is {rate} at {done}")
                        optimizer.learning_rate = rate
                    mean = self.take_step(images[chosen], labels[chosen], optimizer)
                    loss += mean * len(chosen) / len(images)
                    progress.update()
                history["loss"].append(loss)
                if validation_data:
                    for name, value in zip(names, self.evaluate(*validation_data), strict=True):
                        history[name].append(value)
                progress.set_postfix({name: f"{each[-1]:.4f}" for name, each in history.items()})
        return history

    def logits(self, images, batch_size=256):
        """Return the logits, (examples, classes), of any number of images."""
        images, batch_size = self.check(images), whole_number("batch_size", batch_size)
        logits = np.empty((len(images), self.classes), self.dtype)
        for start in range(0, len(images), batch_size):
            batch = slice(start, start + batch_size)

            def look(chain, share, images=images[batch], logits=logits[batch]):
                logits[share] = chain.forward(images[share])

            self.team.run(look, self.chains, len(images[batch]))
        return logits

    def predict(self, images, batch_size=256):
        """Return the probabilities, (examples, classes)."""
        return softmax(self.logits(images, batch_size))

    def evaluate(self, images, labels, batch_size=256):
        """Return the mean loss and the accuracy."""
        logits = self.logits(images, batch_size)
        loss = SoftmaxCrossEntropy().forward(logits, labels)
        return loss, float((logits.argmax(axis=1) == labels).mean())

    def named_weights(self):
        """Return the names and arrays of all parameters and averages, in Keras's order."""
        return {
            f"{index}_{type(layer).__name__}_{name}": array
            for index, layer in enumerate(self.layers)
            for name, array in (layer.parameters | layer.state).items()
        }

    def get_weights(self):
        """Return copies of all parameters and averages, as Keras's ``get_weights`` does."""
        return [array.copy() for array in self.named_weights().values()]

    def set_weights(self, weights):
        """Take over weights, as from Keras's ``get_weights``: all or, if one is wrong, none."""
        named = self.named_weights()
        if len(weights) != len(named):
            raise ValueError(f"this network has {len(named)} arrays, got {len(weights)}")
        with np.errstate(over="ignore"):  # what overflows is refused below
            weights = [self.in_precision(value) for value in weights]
        for (name, array), value in zip(named.items(), weights, strict=True):
            if value.shape != array.shape or value.dtype.kind != "f":
                raise ValueError(
                    f"{name} must be decimal numbers of shape {array.shape}, "
                    f"got {value.dtype} of shape {value.shape}"
                )
            if not np.isfinite(value).all():
                raise ValueError(f"{name} must be finite numbers, got NaN or infinity")
        for array, value in zip(named.values(), weights, strict=True):
            array[...] = value

    def in_precision(self, value):
        """Return an array of decimal numbers in the network's precision, any other as it is."""
        array = np.asarray(value)
        return array.astype(self.dtype) if array.dtype.kind == "f" else array

    def save(self, path):
        """Write the weights to an ``.npz`` file; refuse if they are not finite."""
        write_weights(path, self.named_weights())

    def load(self, path):
        """Read what `save` wrote for the same layers; return the network.

        Raises
        ------
        ValueError
            If the file is damaged or of other layers; the weights stay as they were.
        """
        self.set_weights(read_weights(path, self.named_weights()))
        return self

    def check(self, images):
        """Return the images, or say in one sentence what is wrong with them."""
        images = np.asarray(images)
        wrong = images.shape[1:] != self.input_shape or images.dtype != self.dtype
        if wrong or not len(images):
            shape = ", ".join(map(str, ("examples", *self.input_shape)))
            raise ValueError(
                f"images must be {self.dtype} of shape ({shape}), "
                f"got {images.dtype} of shape {images.shape}"
            )
        if not (np.isfinite(images.min()) and np.isfinite(images.max())):
            raise ValueError("images must be finite numbers, got NaN or infinity")
        return images
