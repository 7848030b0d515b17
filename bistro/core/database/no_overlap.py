"""A constraint that refuses two rows of the same owner whose times overlap, on both databases.

A span includes its start and excludes its end.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint

_POSTGRES = (
    "CONSTRAINT {name} EXCLUDE USING gist "
    "(int8range({of}, {of}, '[]') WITH &&, tstzrange({starts}, {ends}) WITH &&) WHERE ({live})"
)
_SQLITE = (
    "CREATE TRIGGER {name} BEFORE {event} ON %(table)s WHEN NEW.{live} AND EXISTS ("
    "SELECT 1 FROM %(table)s AS other WHERE other.{of} = NEW.{of} AND other.{live} AND other.{pk} IS NOT NEW.{pk} "
    "AND other.{starts} < NEW.{ends} AND other.{ends} > NEW.{starts}) "
    "BEGIN SELECT RAISE(ABORT, '{constraint}'); END"
)


class NoOverlap(BaseConstraint):
    """Spans from `starts` to `ends` of rows with the same `of` that do not overlap, among rows whose `live` is true.

    PostgreSQL has an exclusion constraint. The range of the key makes the extension `btree_gist` unnecessary.
    SQLite has triggers, which Django creates again when it rewrites the table.
    """

    def __init__(self, *, name: str, of: str, starts: str, ends: str, live: str, **more: Any) -> None:
        super().__init__(name=name, **more)
        self.of, self.starts, self.ends, self.live = of, starts, ends, live

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        """Return the constraint of a new PostgreSQL table. On SQLite the triggers follow the table."""
        if schema_editor.connection.vendor == "postgresql":
            return _POSTGRES.format(name=schema_editor.quote_name(self.name), **self._columns(model, schema_editor))
        schema_editor.deferred_sql += self._triggers(model, schema_editor)
        return None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        """Return the statement that adds the constraint to a table of PostgreSQL. SQLite rewrites the table instead."""
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} ADD {self.constraint_sql(model, schema_editor)}"

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        """Return the statement that removes the constraint from a table of PostgreSQL."""
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT {quote(self.name)}"

    def validate(
        self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS, **more: Any
    ) -> None:
        """Raise ValidationError if a row overlaps another one."""
        if not getattr(instance, self.live):
            return
        spans = {f"{self.starts}__lt": getattr(instance, self.ends), f"{self.ends}__gt": getattr(instance, self.starts)}
        same = {self.of: getattr(instance, model._meta.get_field(self.of).attname), self.live: True}
        if model._default_manager.using(using).filter(**spans, **same).exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)

    def deconstruct(self) -> Any:
        """Return the arguments, for migrations."""
        path, args, more = super().deconstruct()
        return path, args, {**more, "of": self.of, "starts": self.starts, "ends": self.ends, "live": self.live}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoOverlap) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__

    def _columns(self, model: Any, schema_editor: Any) -> dict[str, str]:
        fields = {"of": self.of, "starts": self.starts, "ends": self.ends, "live": self.live}
        quote, meta = schema_editor.quote_name, model._meta
        columns = {name: quote(meta.get_field(field).column) for name, field in fields.items()}
        return {**columns, "pk": quote(meta.pk.column)}

    def _triggers(self, model: Any, schema_editor: Any) -> list[Statement]:
        """Return a trigger for new rows and one for changed ones. Django renames their table while it rewrites it."""
        columns, table = self._columns(model, schema_editor), Table(model._meta.db_table, schema_editor.quote_name)
        return [
            Statement(
                _SQLITE.format(name=f"{self.name}_{event.lower()}", constraint=self.name, event=event, **columns),
                table=table,
            )
            for event in ("INSERT", "UPDATE")
        ]
