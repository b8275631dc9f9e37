"""Learning rates that change from step to step, for Keras's optimizers.

Used by the recorded experiments and by chapters 09, 15 and 16.
"""

import keras


@keras.saving.register_keras_serializable("mnist_helpers")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that rises in a straight line to its peak and falls again.

    Parameters
    ----------
    peak : float
        The highest learning rate.
    steps : int
        Steps of the whole training.
    warm_up : float
        The share of the steps after which the peak is reached.
    start, end : float
        The first and the last learning rate, as shares of the peak.

    Raises
    ------
    ValueError
        If there is no step, or the warm-up is not a share between 0 and 1.

    References
    ----------
    L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using
    large learning rates", 2018.

    Examples
    --------
    >>> schedule = OneCycle(0.01, steps=100)
    >>> [round(float(schedule(step)), 4) for step in (0, 30, 65, 100)]
    [0.0004, 0.01, 0.005, 0.0]
    """

    def __init__(self, peak, steps, warm_up=0.3, start=0.04, end=0.0):
        if steps < 1 or not 0 < warm_up < 1:
            raise ValueError(
                f"{steps} steps with a warm-up of {warm_up}; "
                "expected at least one step, and a share between 0 and 1"
            )
        self.peak, self.steps = peak, steps
        self.warm_up, self.start, self.end = warm_up, start, end

    def __call__(self, step):
        """Return the learning rate of a step."""
        progress = keras.ops.cast(step, "float32") / self.steps
        rising = self.start + (1 - self.start) * progress / self.warm_up
        falling = 1 - (1 - self.end) * (progress - self.warm_up) / (1 - self.warm_up)
        return self.peak * keras.ops.maximum(self.end, keras.ops.minimum(rising, falling))

    def get_config(self):
        """Return the arguments, so that an optimizer that uses this can be saved."""
        names = ("peak", "steps", "warm_up", "start", "end")
        return {name: getattr(self, name) for name in names}
