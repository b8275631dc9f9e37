"""Can a network take noise off a digit, and what does it have to be shown for that?

The example of 2018 has two strided convolutions with 32 and 64 maps, a code of 16 numbers and the
way back by transposed convolutions; noise is added, and the loss is the squared error, 30 epochs.
Here the convolutions have 8 and 16 maps, and learn from 19,200 images in one epoch of batches of 32
(600 steps of Adam at 0.005): 7 to 20 seconds of one core a run. The loss is the cross-entropy,
whose best answer is the same mean, and with which so short a training gets further (tried on
validation images; with the squared error the same network had hardly left the mean picture after
400 steps). The example's own size is declared, and compared with nothing. The noise is normal, with
mean 0 and deviation 0.5 (the example's has mean 0.5), and is not clipped, so that the noisy image's
own error is 0.25.

`to the clean image` learns from noisy images what the clean ones are, as the example does. Two
controls: `clean to clean` never sees noise, so that only the short code can take it off; `to
another noisy image` never sees a clean image: what should come out is the same image with other
noise.

Declared before the first run. Five seeds; the measure is the mean squared error, a pixel, of what
comes out for noisy test images from the clean ones; each control is compared with `to the clean
image`, adjusted by Benjamini and Hochberg's method, on 1,000 validation images and on every fourth
test image. Two are told apart if both say so, with the same sign.
"""

SETTINGS = {
    "task": "denoising",
    "network": "",  # `task_options` say it
    "learning_rate": 0.005,
    "batch_size": 32,
    "epochs": 1,
    "training_images": 19_200,
}


def options(noise_on, maps=(8, 16)):
    """Give the options of the task."""
    return {"maps": [*maps], "code": 16, "deviation": 0.5, "noise_on": noise_on}


VARIANTS = {
    "to the clean image": {"task_options": options(["input"])},
    "clean to clean": {"task_options": options([])},
    "to another noisy image": {"task_options": options(["input", "target"])},
    "full size": {
        "task_options": options(["input"], maps=(32, 64)),
        "learning_rate": 0.001,
        "batch_size": 128,
        "epochs": 30,
        "training_images": 55_000,
    },
}
SEEDS = 5
MORE_SEEDS = {"full size": 2}
