"""Memory that calls at the end of a stack chunk ask of the system, counted as page faults."""

import sys
from concurrent.futures import ThreadPoolExecutor
from resource import RUSAGE_SELF, getrusage

import pytest

from bistro.core.speed.deep_calls import with_room

pytestmark = pytest.mark.database_agnostic

CALLS = 1000
DEPTHS = range(300)


def at(depth):
    """Return the page faults of some calls at this depth."""
    if depth:
        return at(depth - 1)
    before = getrusage(RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        leaf()
    return getrusage(RUSAGE_SELF).ru_minflt - before


def leaf():
    """Do nothing, in a frame."""


def most(run):
    """Return the most page faults of all depths, in a thread that has no room yet."""
    with ThreadPoolExecutor(1) as thread:
        return max(thread.submit(run, depth).result() for depth in DEPTHS)


def test_with_room_no_depth_asks_for_memory_at_each_call():
    assert most(with_room(at)) < CALLS / 10


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="a later Python may keep the chunk")
def test_control_without_room_some_depth_does():
    assert most(at) >= CALLS


def test_the_function_is_the_same_for_its_callers():
    def add(one, *, other=1):
        """Return a sum."""
        return one + other

    assert (with_room(add)(2), with_room(add)(2, other=3)) == (3, 5)
    assert (with_room(add).__name__, with_room(add).__doc__) == ("add", "Return a sum.")
    with pytest.raises(TypeError):
        with_room(add)()
