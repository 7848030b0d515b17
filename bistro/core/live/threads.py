"""Threads for the database work of live sockets, so that it does not block the event loop.

Channels' own helper shares one thread per process, in which a slow snapshot would delay every socket.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections

from bistro.core.speed.deep_calls import with_room

Result = TypeVar("Result")
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="live")


async def in_thread(function: Callable[..., Result], *args: Any) -> Result:
    """Run `function` in a thread of the live feed, so that the event loop serves other sockets meanwhile."""
    return await asyncio.get_running_loop().run_in_executor(_threads, _run, function, args)


@with_room
def _run(function: Callable[..., Result], args: tuple[Any, ...]) -> Result:
    close_old_connections()
    try:
        return function(*args)
    finally:
        close_old_connections()
