"""What a trained network looks at: activations, maximised images, maps of what mattered.

Every function takes a network, the name of one of its layers and images, and returns arrays that
`mnist_helpers.plots` draws. Besides the names in ``network.layers`` there is ``"logits"``: what the
last layer computes before its softmax. Networks are used as they are after training (no dropout),
with the channels in the last axis.
"""

from mnist_helpers.inspection.attribution import grad_cam, occlusion, saliency
from mnist_helpers.inspection.averages import integrated_gradients, smooth_grad
from mnist_helpers.inspection.checks import likeness, on_pixels, shuffled, without_ink
from mnist_helpers.inspection.maximisation import REGULARISERS, Maximised, ascent, maximise
from mnist_helpers.inspection.responses import activations, mean_activations

__all__ = [
    "REGULARISERS",
    "Maximised",
    "activations",
    "ascent",
    "grad_cam",
    "integrated_gradients",
    "likeness",
    "maximise",
    "mean_activations",
    "occlusion",
    "on_pixels",
    "saliency",
    "shuffled",
    "smooth_grad",
    "without_ink",
]
