"""Images that are turned, scaled and moved at random."""

import keras
import numpy as np


def random_affine(images, generator, rotation=15, zoom=0.15, shift=0.1):
    """Turn, scale and move each image by its own random amounts, all in one batched operation.

    Where an image is moved away, paper (0) comes in.

    Parameters
    ----------
    images : ndarray of float32, shape (count, height, width, channels)
    generator : numpy.random.Generator
        Draws the amounts.
    rotation : float
        Largest angle, in degrees, to either side.
    zoom : float
        Largest change of the height and, drawn independently, of the width, as a share.
    shift : float
        Largest movement along each axis, as a share of the image's size.

    Returns
    -------
    ndarray of float32, shape (count, height, width, channels)

    Raises
    ------
    ValueError
        If the images have another type or shape, an amount is negative or infinite, or the zoom
        is 1 or more.

    Examples
    --------
    >>> generator = np.random.default_rng(0)
    >>> image = np.zeros((1, 28, 28, 1), "float32")
    >>> image[0, 14, 14] = 1
    >>> moved = random_affine(image, generator, rotation=0, zoom=0, shift=0.1)
    >>> bool(abs(moved.sum() - 1) < 1e-4), moved[0, 14, 14, 0] < 1
    (True, np.True_)
    """
    if np.ndim(images) != 4 or getattr(images, "dtype", None) != np.float32:
        raise ValueError(
            f"the images are {getattr(images, 'dtype', type(images).__name__)} of shape "
            f"{np.shape(images)}; expected float32 and (count, height, width, channels)"
        )
    if not (0 <= rotation < np.inf and 0 <= zoom < 1 and 0 <= shift < np.inf):
        raise ValueError(
            f"rotation, zoom and shift are {rotation}, {zoom} and {shift}; "
            "expected none below 0, and a zoom below 1"
        )
    count, height, width, _ = images.shape
    angle = np.deg2rad(generator.uniform(-rotation, rotation, count))
    scale_y, scale_x = generator.uniform(1 - zoom, 1 + zoom, (2, count))
    shift_y, shift_x = generator.uniform(-shift, shift, (2, count)) * [[height], [width]]
    # An output pixel at (x, y) from the centre shows what the input has at
    # (a x + b y + c, d x + e y + f) from it.
    a, b = np.cos(angle) / scale_x, -np.sin(angle) / scale_x
    d, e = np.sin(angle) / scale_y, np.cos(angle) / scale_y
    centre_y, centre_x = (height - 1) / 2, (width - 1) / 2
    c = centre_x - a * (centre_x + shift_x) - b * (centre_y + shift_y)
    f = centre_y - d * (centre_x + shift_x) - e * (centre_y + shift_y)
    zeros = np.zeros(count)
    transforms = np.stack([a, b, c, d, e, f, zeros, zeros], axis=1).astype(np.float32)
    moved = keras.ops.image.affine_transform(
        images,
        transforms,
        interpolation="bilinear",
        fill_mode="constant",
        fill_value=0.0,
        data_format="channels_last",
    )
    return keras.ops.convert_to_numpy(moved)
