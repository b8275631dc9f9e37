"""A convolutional network from scratch, in NumPy alone.

`layers`, `convolution` and `pooling` (on `base`), `losses`, `optimizers` and `network` (with
`chain`) make up a network; `fast` has the book's own and the shortest way to 99 %. `reference`
says the same in plain loops, and `gradient_check` holds a gradient against finite differences.
"""

from .convolution import Conv2D, PooledConv2D
from .fast import post_cnn, small_cnn
from .layers import BatchNormalization, Dense, Dropout, Flatten, ReLU
from .losses import SoftmaxCrossEntropy, softmax
from .network import Network
from .optimizers import SGD, Adadelta, Adam, RMSprop, one_cycle
from .pooling import AveragePooling2D, MaxPooling2D

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
