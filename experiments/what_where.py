"""What does it buy to tell a decoder where each maximum was?

The example of 2018 has five residual blocks with 8 to 128 maps, each with a pooling; on the way
back each value is put where the maximum was. Here there are two convolutions with 8 and 16 maps,
each with a pooling, and a dense layer that makes a code of 16 numbers; 9,600 images, one epoch of
batches of 32 (300 steps of Adam at 0.005): 7 to 20 seconds of one core a run. The loss is the
cross-entropy, with which so short a training gets further than with the example's squared error
(tried on validation images). A size nearer to the example's is declared, and compared with nothing.

`code and places` has a code of 16 numbers and the 2,352 places of the maxima; `code alone` puts
each value at all four places of its window; `places alone` has a code of nothing, so that all it
knows of the image are the places.

Declared before the first run. Five seeds; the measure is the mean squared error, a pixel, on the
test images; each of the others is compared with `code alone`, adjusted by Benjamini and Hochberg's
method, on 1,000 validation images and on every fourth test image. Two are told apart if both say
so, with the same sign. Further: what is drawn from the code of one image with the places of
another, of another digit; is it read as the digit of the code, or of the places?
"""

SETTINGS = {
    "task": "what_where",
    "network": "",  # `task_options` say it
    "learning_rate": 0.005,
    "batch_size": 32,
    "epochs": 1,
    "training_images": 9_600,
}
VARIANTS = {
    "code and places": {"task_options": {"maps": [8, 16], "code": 16, "places": True}},
    "code alone": {"task_options": {"maps": [8, 16], "code": 16, "places": False}},
    "places alone": {"task_options": {"maps": [8, 16], "code": 0, "places": True}},
    "larger": {
        "task_options": {"maps": [32, 64], "code": 128, "places": True},
        "learning_rate": 0.001,
        "batch_size": 128,
        "epochs": 5,
        "training_images": 55_000,
    },
}
SEEDS = 5
MORE_SEEDS = {"larger": 2}
