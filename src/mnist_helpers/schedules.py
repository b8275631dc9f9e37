"""Learning rates that change from step to step, for Keras's optimizers."""

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
        If there is no step, the peak is not positive, or one of the shares is none.

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
        if not (steps >= 1 and 0 < peak < float("inf")):
            raise ValueError(
                f"{steps} steps with a peak of {peak}; "
                "expected at least one step, and a positive peak"
            )
        if not (0 < warm_up < 1 and 0 <= start <= 1 and 0 <= end <= 1):
            raise ValueError(
                f"warm_up, start and end are {warm_up}, {start} and {end}; "
                "expected shares from 0 to 1, and of warm_up one between them"
            )
        self.peak, self.steps = peak, steps
        self.warm_up, self.start, self.end = warm_up, start, end

    def __call__(self, step):
        """Return the learning rate of a step."""
        progress = keras.ops.cast(step, "float32") / self.steps
        rising = self.start + (1 - self.start) * progress / self.warm_up
        falling = 1 - (1 - self.end) * (progress - self.warm_up) / (1 - self.warm_up)
        return self.peak * keras.ops.minimum(rising, keras.ops.maximum(self.end, falling))

    def get_config(self):
        """Return the arguments, so that an optimizer that uses this can be saved."""
        names = ("peak", "steps", "warm_up", "start", "end")
        return {name: getattr(self, name) for name in names}
