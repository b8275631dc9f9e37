"""Which pixels mattered, by gradients at more places than the image: two kinds of average."""

import numpy as np
from keras import ops

from mnist_helpers.inspection.gradients import compiled, unit_gradient
from mnist_helpers.inspection.parts import batches, check_images, one_hot, part


def integrated_gradients(network, layer, images, units, paper=0.0, steps=32):
    """Share out among the pixels what an image adds to a unit's response to paper.

    The gradient is averaged along the straight way from paper to the image, at the middles of
    equal steps, and multiplied by what each pixel changes on it. The finer the steps, the closer
    the sum of a map comes to the response to the image minus the response to paper.

    Parameters
    ----------
    network, layer, images, units
        As for `saliency`, which stands in `attribution`.
    paper : float
        The grey value of the empty image with which the way begins, from 0 to 1.
    steps : int
        At least 1.

    Returns
    -------
    ndarray, shape (count, height, width)
        Added over the channels; positive where a pixel spoke for the unit.

    Raises
    ------
    ValueError
        If the network has no such layer or unit, the images are not what it reads, paper is no
        grey value, or there is no step.

    References
    ----------
    M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", ICML 2017.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> images = np.ones((2, 28, 28, 1), "float32")
    >>> integrated_gradients(models.digit_pad(), "logits", images, [3, 8], steps=2).shape
    (2, 28, 28)
    """
    images = check_images(network, images)
    if not 0 <= paper <= 1:
        raise ValueError(f"paper is {paper}; expected a grey value from 0 to 1")
    _check_number(steps, "steps")
    change = images - images.dtype.type(paper)
    middles = (np.arange(steps, dtype=images.dtype) + 0.5) / steps
    places = (paper + middle * change for middle in middles)
    return (change * _mean_gradient(network, layer, places, units, images)).sum(axis=-1)


def smooth_grad(network, layer, images, units, noise=0.2, samples=32, seed=0):
    """Average the gradient of a unit's response over noisy copies of each image.

    Parameters
    ----------
    network, layer, images, units
        As for `integrated_gradients`.
    noise : float
        Standard deviation of the noise, in grey values from 0 to 1.
    samples : int
        Copies of each image, at least 1.
    seed : int
        Of the noise.

    Returns
    -------
    ndarray, shape (count, height, width)
        Response per grey value, added over the channels.

    Raises
    ------
    ValueError
        If the network has no such layer or unit, the images are not what it reads, the noise is
        negative, or there is no sample.

    References
    ----------
    D. Smilkov and others, "SmoothGrad: removing noise by adding noise", arXiv:1706.03825, 2017.

    Examples
    --------
    >>> from mnist_helpers import models
    >>> images = np.ones((2, 28, 28, 1), "float32")
    >>> smooth_grad(models.digit_pad(), "logits", images, [3, 8], samples=2).shape
    (2, 28, 28)
    """
    images = check_images(network, images)
    if not 0 <= noise < np.inf:
        raise ValueError(f"the noise is {noise}; expected none or a positive standard deviation")
    _check_number(samples, "samples")
    generator = np.random.default_rng(seed)
    places = (
        images + generator.normal(0, noise, images.shape).astype(images.dtype)
        for _ in range(samples)
    )
    return _mean_gradient(network, layer, places, units, images).sum(axis=-1)


def _mean_gradient(network, layer, places, units, images):
    """Average the gradients at several versions of the images; shape as the images."""
    model = part(network, layer)
    chosen = one_hot(model.outputs[0], layer, units, len(images))
    slopes = compiled(lambda images, chosen: unit_gradient(model, images, chosen))
    total, count = np.zeros_like(images), 0
    for version in places:
        for batch in batches(len(images)):
            inputs = ops.convert_to_tensor(version[batch]), ops.convert_to_tensor(chosen[batch])
            total[batch] += ops.convert_to_numpy(slopes(*inputs))
        count += 1
    return total / count


def _check_number(number, name):
    if number != int(number) or number < 1:
        raise ValueError(f"there are {number} {name}; expected a whole number, at least 1")
