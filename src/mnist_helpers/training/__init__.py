"""One trainer: settings and a seed in, a trained network and its record out.

`settings` says what a training needs to know, and which settings the shipped networks have;
`trainer` trains with Keras, `numpy_trainer` with the book's own network, both from the batches of
`batches`; `post` does line by line what the post did. Experiments, ``make models`` and the chapters
train with these.
"""
