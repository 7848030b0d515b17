"""The life of an import, and the only function that changes its status."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.utils.translation import gettext, gettext_lazy

from bistro.core.kernel.transitions import change_statuses


class ImportStatus(models.TextChoices):
    UPLOADED = "uploaded", gettext_lazy("Not confirmed")
    WAITING = "waiting", gettext_lazy("Waits")
    RUNNING = "running", gettext_lazy("Is being imported")
    DONE = "done", gettext_lazy("Imported")
    REFUSED = "refused", gettext_lazy("Refused")  # nothing was written


# Each status → the statuses that may follow. A server that dies leaves a running import, which another one takes over.
IMPORT_MOVES: dict[str, frozenset[str]] = {
    ImportStatus.UPLOADED: frozenset({ImportStatus.WAITING}),
    ImportStatus.WAITING: frozenset({ImportStatus.RUNNING}),
    ImportStatus.RUNNING: frozenset({ImportStatus.DONE, ImportStatus.REFUSED}),
    ImportStatus.DONE: frozenset(),
    ImportStatus.REFUSED: frozenset(),
}


def move_imports(rows: Any, old: Collection[str], new: str, **fields: Any) -> int:
    """Update the imports of a queryset whose status is one of `old`; returns how many. Raises IllegalTransition."""
    return change_statuses(rows, old, new, IMPORT_MOVES, what=gettext("An import"), **fields)
