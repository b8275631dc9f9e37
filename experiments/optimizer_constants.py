"""What do an optimizer's small constants do: ε under Adam and Adadelta, and Nesterov's look ahead?

The network, the four epochs and the rates are those of the experiment `optimizers`, with constant
rates; one constant changes at a time. Keras's ε is 1e-7, for both.

Declared before the first run. Five seeds. Each is compared with its optimizer as Keras sets it, by
Welch's t-test on the accuracy after the last epoch, adjusted by Benjamini and Hochberg's method
over all of them. Two are told apart if the adjusted p is below .05 on the test set and the
validation set says the same, with the same sign; where only one of the two does, it is undecided.
"""

from mnist_helpers.experiments import load

SETTINGS = {}
OPTIMIZERS = load("optimizers").variants

VARIANTS = {name: OPTIMIZERS[name] for name in ("Adam", "Adadelta", "SGD with momentum")}
VARIANTS |= {
    f"{name}, epsilon {epsilon:g}": OPTIMIZERS[name] | {"optimizer_options": {"epsilon": epsilon}}
    for name, values in (("Adam", (1e-8, 1e-5, 1e-3, 0.1)), ("Adadelta", (1e-8, 1e-5, 1e-3, 0.1)))
    for epsilon in values
}
VARIANTS["SGD with momentum, Nesterov"] = OPTIMIZERS["SGD with momentum"] | {
    "optimizer_options": {"momentum": 0.9, "nesterov": True}
}
SEEDS = 5
