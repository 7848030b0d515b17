"""Uploaded files that no row names any longer, and their removal."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from bistro.core.writing.unit_of_work import require_transaction


def remove_after_commit(names: Iterable[str]) -> None:
    """Remove files that the unit of work has replaced or removed, unless another row names them.

    A copied restaurant names the files of its original. Nothing is removed if the unit is rolled back.
    """
    require_transaction()
    left = set(filter(None, names))

    def remove() -> None:  # no partial, because Django logs the __qualname__ of a callback that fails
        for name in left - names_in_use(left):
            (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)

    if left:
        transaction.on_commit(remove, robust=True)


def file_state(path: Path) -> os.stat_result | None:
    """Return size and times of a file, or None when another process has removed it."""
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def names_in_use(among: Iterable[str] | None = None) -> set[str]:
    """Return the paths of uploaded files that rows name, of all restaurants.

    A row's earlier versions keep the path as a word, not the file.
    """
    found: set[str] = set()
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.FileField):
                rows = model._base_manager.exclude(**{field.name: ""})
                rows = rows if among is None else rows.filter(**{f"{field.name}__in": list(among)})
                found.update(rows.values_list(field.name, flat=True))
    return found
