"""From gradients to better parameters: optimizers with Keras's formulas and defaults."""

import math

import numpy as np

BLOCK = 2**13  # parameters updated at a time: all that an update touches stays in the cache


class Optimizer:
    """What the optimizers share: a step count, and the memory that each parameter has.

    Parameters
    ----------
    learning_rate : float

    Raises
    ------
    ValueError
        If the learning rate is not a positive number.

    Examples
    --------
    >>> optimizer = SGD(learning_rate=0.5)
    >>> parameters = np.array([1.0, 2.0])
    >>> optimizer.step(parameters, gradients=np.array([1.0, -1.0]))
    >>> parameters
    array([0.5, 2.5])
    >>> SGD(learning_rate=0)
    Traceback (most recent call last):
        ...
    ValueError: the learning rate must be a positive number, got 0
    """

    memories = 0  # numbers remembered for each parameter

    def __init__(self, learning_rate):
        if not 0 < learning_rate < math.inf:
            raise ValueError(f"the learning rate must be a positive number, got {learning_rate}")
        self.learning_rate, self.step_count, self.memory = learning_rate, 0, None

    def step(self, parameters, gradients):
        """Change the parameters in place, given two vectors of one shape, (parameters,)."""
        self.start_step(parameters, gradients)
        self.update_part(parameters, gradients, slice(0, len(parameters)))

    def start_step(self, parameters, gradients):
        """Count the step; the first one makes room for the memory."""
        if self.memory is None:
            self.memory = np.zeros((self.memories, *parameters.shape), parameters.dtype)
        if not parameters.shape == gradients.shape == self.memory.shape[1:]:
            raise ValueError(
                "parameters and gradients must be vectors of the length of the first step, "
                f"{self.memory.shape[1:]}, got {parameters.shape} and {gradients.shape}"
            )
        self.step_count += 1

    def update_part(self, parameters, gradients, part):
        """Change a part of the parameters, block by block."""
        for start in range(part.start, part.stop, BLOCK):
            block = slice(start, min(start + BLOCK, part.stop))
            self.update(parameters[block], gradients[block], *self.memory[:, block])


class SGD(Optimizer):
    """Gradient descent, with Polyak's (1964) momentum.

    Examples
    --------
    >>> optimizer, parameters = SGD(learning_rate=1.0, momentum=0.5), np.zeros(1)
    >>> for _ in range(2):
    ...     optimizer.step(parameters, np.ones(1))
    >>> parameters  # -1, then -1 - 0.5
    array([-2.5])
    """

    memories = 1

    def __init__(self, learning_rate=0.01, momentum=0.0):
        super().__init__(learning_rate)
        self.momentum = momentum

    def update(self, parameters, gradients, velocity):
        """Change a block of parameters, and what is remembered of it, in place."""
        velocity *= self.momentum
        velocity -= self.learning_rate * gradients
        parameters += velocity


class RMSprop(Optimizer):
    """Steps divided by the recent size of the gradient (Tieleman and Hinton 2012).

    Examples
    --------
    >>> optimizer, parameters = RMSprop(learning_rate=0.1, rho=0.75), np.zeros(2)
    >>> optimizer.step(parameters, np.array([5.0, -0.05]))
    >>> parameters.round(3)  # the same step, whatever the gradient's size
    array([-0.2,  0.2])
    """

    memories = 1

    def __init__(self, learning_rate=0.001, rho=0.9, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho, self.epsilon = rho, epsilon

    def update(self, parameters, gradients, squares):
        """Change a block of parameters, and what is remembered of it, in place."""
        squares *= self.rho
        squares += (1 - self.rho) * gradients**2
        parameters -= self.learning_rate * gradients / np.sqrt(squares + self.epsilon)


class Adadelta(Optimizer):
    """Steps in the parameters' own units (Zeiler 2012): the recent step over the recent gradient.

    The paper's learning rate is 1, and the post's; Keras's default became 0.001.

    Examples
    --------
    >>> optimizer, parameters = Adadelta(), np.zeros(1)
    >>> optimizer.step(parameters, np.ones(1))
    >>> parameters.round(6)  # the first step is small: there is no recent one
    array([-0.001414])
    """

    memories = 2

    def __init__(self, learning_rate=1.0, rho=0.95, epsilon=1e-7):
        super().__init__(learning_rate)
        self.rho, self.epsilon = rho, epsilon

    def update(self, parameters, gradients, squares, step_squares):
        """Change a block of parameters, and what is remembered of it, in place."""
        squares *= self.rho
        squares += (1 - self.rho) * gradients**2
        steps = gradients * np.sqrt((step_squares + self.epsilon) / (squares + self.epsilon))
        step_squares *= self.rho
        step_squares += (1 - self.rho) * steps**2
        parameters -= self.learning_rate * steps


class Adam(Optimizer):
    """Momentum over the recent size of the gradient (Kingma and Ba 2015).

    A correction takes out that both averages start at zero.

    Examples
    --------
    >>> optimizer, parameters = Adam(learning_rate=0.1), np.zeros(2)
    >>> optimizer.step(parameters, np.array([5.0, -0.05]))
    >>> parameters.round(3)
    array([-0.1,  0.1])
    """

    memories = 2

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
        super().__init__(learning_rate)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def update(self, parameters, gradients, mean, squares):
        """Change a block of parameters, and what is remembered of it, in place."""
        mean += (1 - self.beta_1) * (gradients - mean)
        squares += (1 - self.beta_2) * (gradients**2 - squares)
        mean_share = 1 - self.beta_1**self.step_count
        squares_share = 1 - self.beta_2**self.step_count
        learning_rate = self.learning_rate * math.sqrt(squares_share) / mean_share
        parameters -= learning_rate * mean / (np.sqrt(squares) + self.epsilon)


def one_cycle(peak, warm_up=0.3, start=0.04, end=0.0):
    """Let the learning rate rise to its peak and fall again (Smith and Topin 2018).

    Parameters
    ----------
    peak : float
        The highest learning rate.
    warm_up : float
        The share of training after which it is reached.
    start, end : float
        The first and the last learning rate, as shares of the peak.

    Returns
    -------
    function
        From progress, between 0 and 1, to a learning rate.

    Raises
    ------
    ValueError
        If the peak is not positive, or the warm-up not a share of training.

    Examples
    --------
    >>> schedule = one_cycle(0.01)
    >>> [round(schedule(progress), 4) for progress in (0, 0.3, 0.65, 1)]
    [0.0004, 0.01, 0.005, 0.0]
    """
    if not 0 < peak < math.inf or not 0 < warm_up < 1:
        raise ValueError(
            f"expected a positive peak and a warm_up between 0 and 1, got {peak} and {warm_up}"
        )
    return lambda progress: peak * float(np.interp(progress, [0, warm_up, 1], [start, 1, end]))
