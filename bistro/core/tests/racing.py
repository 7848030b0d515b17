"""Races in tests: several threads with a database connection each, started at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection


def race(runners: Sequence[Callable[[], Any]], *, seconds: float = 60) -> list[Any]:
    """Run all at once and return what each returned or raised, in their order."""
    barrier = threading.Barrier(len(runners))
    outcomes: list[Any] = [None] * len(runners)

    def run(place: int, runner: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=seconds)
            outcomes[place] = runner()
        except Exception as error:  # the test inspects it
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(runners)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=seconds)
        assert not thread.is_alive(), "it hangs"
    return outcomes
