"""The loss: how surprised the network is by the right answers."""

import numpy as np


def softmax(logits):
    """Probabilities from logits, row by row.

    The largest logit is subtracted first, which changes nothing but the overflow.

    Parameters
    ----------
    logits : ndarray, shape (batch, classes)

    Returns
    -------
    ndarray, shape (batch, classes)
        Positive numbers; each row sums to one.

    Examples
    --------
    >>> softmax(np.array([[1000.0, 1000.0]]))
    array([[0.5, 0.5]])
    """
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def check_labels(labels, count, classes):
    """Return the labels as an array, or say in one sentence what is wrong with them.

    Examples
    --------
    >>> check_labels(np.array([3, 10]), 2, 10)
    Traceback (most recent call last):
        ...
    ValueError: labels must lie between 0 and 9, got values from 3 to 10
    """
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be whole numbers, got {labels.dtype}")
    if labels.shape != (count,):
        raise ValueError(
            f"labels must have shape ({count},), one for each example, got {labels.shape}"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels must lie between 0 and {classes - 1}, "
            f"got values from {labels.min()} to {labels.max()}"
        )
    return labels


class SoftmaxCrossEntropy:
    """Cross-entropy of the softmax: ``-log(probability of the right class)``, averaged.

    ``loss = mean over b of (log(sum over k of exp(logits[b, k])) - logits[b, label[b]])``

    Taken together, softmax and logarithm neither overflow nor take the logarithm of
    zero, and their gradient is the plainest in the network: probability minus truth.

    Examples
    --------
    >>> loss = SoftmaxCrossEntropy()
    >>> value = loss.forward(np.array([[0.0, 0.0], [1000.0, 0.0]]), np.array([0, 0]))
    >>> round(value, 6)  # log(2) / 2
    0.346574
    >>> loss.backward()
    array([[-0.25,  0.25],
           [ 0.  ,  0.  ]])
    """

    labels = None  # those of the last `forward`

    def forward(self, logits, labels, count=None):
        """Return the mean loss.

        Parameters
        ----------
        logits : ndarray, shape (batch, classes)
        labels : ndarray of int, shape (batch,)
        count : int, optional
            What to divide the sum by, if these are a part of a larger batch.

        Raises
        ------
        ValueError
            If logits or labels have a wrong shape, or a label is no class.
        """
        if np.ndim(logits) != 2 or not len(logits):
            raise ValueError(f"logits must have shape (batch, classes), got {np.shape(logits)}")
        self.labels = check_labels(labels, *logits.shape)
        self.count = count or len(logits)
        shifted = logits - logits.max(axis=1, keepdims=True)  # (batch, classes)
        self.exponentials = np.exp(shifted)
        self.sums = self.exponentials.sum(axis=1)  # (batch,)
        right = shifted[np.arange(len(logits)), self.labels]
        return float((np.log(self.sums) - right).sum() / self.count)

    def backward(self):
        """Return the loss's gradient with respect to the logits, (batch, classes)."""
        if self.labels is None:
            raise ValueError("SoftmaxCrossEntropy goes back only after a forward pass")
        gradient = self.exponentials / self.sums[:, None]  # the probabilities
        gradient[np.arange(len(gradient)), self.labels] -= 1
        gradient /= self.count
        return gradient
