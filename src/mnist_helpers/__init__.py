"""What two or more chapters of *Ten Digits* share.

Import a module, not this package: ``from mnist_helpers import data, plots``.
"""
