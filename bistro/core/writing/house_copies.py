"""Copies of a restaurant's rows in a new restaurant, with their links among each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Field, Model

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.writing.bulk_history import insert_with_history
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction


class HouseCopy:
    """The copy of a restaurant that is being made. The unit of work belongs to the new restaurant.

    `keys` are the new keys by model and old key. A table is copied after those that it refers to.
    """

    def __init__(self, source_id: int, work: UnitOfWork) -> None:
        self.source_id, self.work = source_id, work
        self.keys: dict[type[Model], dict[int, int]] = {}

    def copy(self, *models: type[Model]) -> None:
        """Copy the rows in use of these models, with three statements for each."""
        for model in models:
            self.copy_rows(self.rows_of(model))

    def rows_of(self, model: type[Model]) -> TenantQuerySet:
        """Return the rows in use of the original."""
        rows: TenantQuerySet = model._default_manager.of_restaurant(self.source_id)  # type: ignore[attr-defined]
        archives = any(field.name == "archived_at" for field in model._meta.concrete_fields)
        return (rows.not_archived() if archives else rows).order_by("pk")

    def copy_rows(self, rows: TenantQuerySet, **fresh: Any) -> None:
        """Copy rows of one model. `fresh` are columns with a new value.

        A row that refers to an archived one stays out.
        """
        require_transaction()
        model = rows.model
        old = [(row, values) for row in rows if (values := self._values(row)) is not None]
        common = {"restaurant_id": self.work.restaurant_id, **fresh}
        new = [model(**{**values, **common}) for _row, values in old]
        insert_with_history(new, self.work)
        self.keys[model] = {row.pk: copy.pk for (row, _values), copy in zip(old, new, strict=True)}

    def _values(self, row: Model) -> dict[str, Any] | None:
        """Return the columns of a copy, or None for a row whose related row is not copied."""
        values: dict[str, Any] = {}
        for field in row._meta.concrete_fields:
            if field.primary_key or field.name == "restaurant" or _is_identity(field):
                continue
            value = getattr(row, field.attname)
            if field.is_relation and value is not None:
                value = self._key(field, value)
                if value is None:
                    return None
            values[field.attname] = value
        return values

    def _key(self, field: Field[Any, Any], old: int) -> int | None:
        related: Any = field.related_model
        known: Mapping[int, int] = self.keys[related]
        return known.get(old)


def _is_identity(field: Field[Any, Any]) -> bool:
    """Return whether each row has a value of its own that its default makes, such as a `uid`."""
    return field.unique and field.has_default()
