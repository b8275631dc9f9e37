"""A convolutional network from scratch, in NumPy alone.

`layers` (with `base`, `convolution` and `pooling`), `losses`, `optimizers` and `network`
(with `chain`) make up a network, `architectures` has the book's two; `reference` says the
same in plain loops, `gradient_check` holds a gradient against finite differences, `profiling`
tells where the time goes, and `fast` is the shortest way to 99 %.
"""

from .architectures import post_cnn, small_cnn
from .layers import (
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    PooledConv2D,
    ReLU,
)
from .losses import SoftmaxCrossEntropy, softmax
from .network import Network
from .optimizers import SGD, Adadelta, Adam, RMSprop, one_cycle

__all__ = [
    "SGD",
    "Adadelta",
    "Adam",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "MaxPooling2D",
    "Network",
    "PooledConv2D",
    "RMSprop",
    "ReLU",
    "SoftmaxCrossEntropy",
    "one_cycle",
    "post_cnn",
    "small_cnn",
    "softmax",
]
