"""Room on Python's stack for deep calls.

CPython keeps the frames of a thread in chunks of 16 KB, and maps or unmaps memory whenever the calls cross the end of
a chunk (`push_chunk` in its Python/pystate.c, since 3.11). A request of Django is a hundred frames deep, so a loop at
the end of a chunk crosses it thousands of times. A chunk is as large as its first frame asks: one large frame makes
room for all that it calls. The memory is reserved, not filled.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# Of 8 bytes. The chunk of such a frame is the next power of two, 1 MB, and its other half holds some thousand frames.
SLOTS = 64 * 1024


def with_room(run: Callable[P, T]) -> Callable[P, T]:
    """Return a function that does the same in a frame with room for deep calls. It costs some microseconds."""

    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        return run(*args, **kwargs)

    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return wraps(run)(call)
