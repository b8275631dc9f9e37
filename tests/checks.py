"""What several test files check in the same way."""

import contextlib
import tracemalloc

import pytest


def cases(named):
    """List the cases of a parametrized test under their names."""
    return [pytest.param(*values, id=name) for name, values in named.items()]


@contextlib.contextmanager
def refuses(match, error=ValueError):
    """Check that the body is refused with one clear sentence that says `match`."""
    with pytest.raises(error, match=match) as caught:
        yield caught
    message = str(caught.value)
    assert "\n" not in message, message
    assert 20 < len(message) < 500, message


@contextlib.contextmanager
def memory_below(limit):
    """Check that the body never holds more than `limit` bytes at once."""
    tracemalloc.start()
    try:
        yield
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < limit, f"{peak / 1e6:.1f} MB at once; at most {limit / 1e6:.1f} allowed"
