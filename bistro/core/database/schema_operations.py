"""Migration operations for tables that are written to while a migration runs.

On PostgreSQL none of them holds a lock that blocks orders for long, and each can be repeated after an interruption. On
SQLite, which rewrites a table for almost every change, they are Django's own. docs/migrations.md says when to use
which.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.contrib.postgres.operations import NotInTransactionMixin as OutsideTransaction
from django.db.migrations.operations import AddConstraint, AddIndex
from django.db.migrations.operations.base import Operation
from django.db.models import Index, UniqueConstraint

_SQUAWK_EXCEPTION = "-- squawk-ignore renaming-object\n"  # no SQL statement of the product names an index


def _on_postgres(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


@contextmanager
def _without_lock_timeout(schema_editor: Any) -> Iterator[None]:
    """Remove the lock timeout: building an index concurrently waits for all writers and blocks none."""
    if schema_editor.collect_sql:
        yield
        return
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        (limit,) = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [limit])


def _drop_leftover(schema_editor: Any, name: str) -> None:
    """Drop the index that an earlier attempt left, whether it is invalid or only unrecorded."""
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")


def _index_exists(schema_editor: Any, name: str) -> bool:
    """Return whether the database has an index of this name, valid or not."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [schema_editor.quote_name(name)])
        return cursor.fetchone()[0] is not None


class AddIndexWhileServing(AddIndexConcurrently):
    """An added index. Must be the only operation of a migration with `atomic = False`."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the index, concurrently on PostgreSQL."""
        if not _on_postgres(schema_editor):
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        with _without_lock_timeout(schema_editor):
            _drop_leftover(schema_editor, self.index.name)
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index, concurrently on PostgreSQL."""
        if not _on_postgres(schema_editor):
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
            return
        with _without_lock_timeout(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class ReplaceIndexWhileServing(OutsideTransaction, Operation):
    """A replacement of an index that keeps its name and gets other fields or another condition.

    Must be the only operation of a migration with `atomic = False`. The new index is built under another name while the
    old one is in use; then the old one is dropped and the new one renamed. It replaces the pair RemoveIndex and
    AddIndex that `makemigrations` writes.
    """

    atomic = False
    reduces_to_sql = True

    def __init__(self, model_name: str, index: Index) -> None:
        self.model_name, self.index = model_name, index

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Exchange the index of this name in the model's state."""
        state.remove_index(app_label, self.model_name.lower(), self.index.name)
        state.add_index(app_label, self.model_name.lower(), self.index)

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Build the new index and drop the old one, without blocking writers on PostgreSQL."""
        model = to_state.apps.get_model(app_label, self.model_name)
        old, new = (self._index_in(app_label, state) for state in (from_state, to_state))
        if not _on_postgres(schema_editor):
            schema_editor.remove_index(model, old)
            schema_editor.add_index(model, new)
            return
        self._ensure_not_in_transaction(schema_editor)
        quote, spare = schema_editor.quote_name, f"{new.name}_new"
        fresh = new.clone()
        fresh.name = spare
        with _without_lock_timeout(schema_editor):
            if schema_editor.collect_sql or _index_exists(schema_editor, new.name):
                _drop_leftover(schema_editor, spare)
                schema_editor.add_index(model, fresh, concurrently=True)
                _drop_leftover(schema_editor, new.name)
            # A missing old index means that an earlier attempt got this far, so the new index is complete.
            schema_editor.execute(f"{_SQUAWK_EXCEPTION}ALTER INDEX {quote(spare)} RENAME TO {quote(new.name)}")

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Build the earlier index in the same way."""
        self.database_forwards(app_label, schema_editor, from_state, to_state)

    def _index_in(self, app_label: str, state: Any) -> Index:
        """Return the index of this name as `state` has it."""
        found: Index = state.models[app_label, self.model_name.lower()].get_index_by_name(self.index.name)
        return found

    def describe(self) -> str:
        """Return the line that `migrate` shows."""
        return f"Replace index {self.index.name} on model {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        """Return the words that `makemigrations` would name the migration by."""
        return f"{self.model_name.lower()}_{self.index.name.lower()}"


class AddCheckNotValid(AddConstraintNotValid):
    """A check constraint for new rows only; `ValidateCheck` in a later migration checks the existing ones."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Add the constraint. On SQLite it checks all rows at once."""
        if _on_postgres(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            AddConstraint.database_forwards(self, app_label, schema_editor, from_state, to_state)


class ValidateCheck(ValidateConstraint):
    """The check of existing rows. Reads the whole table and blocks no writer."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Validate the constraint. On SQLite `AddCheckNotValid` has already done it."""
        if _on_postgres(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class BuildUniqueIndex(OutsideTransaction, Operation):
    """The index for a unique constraint, which `AddUniqueFromIndex` takes over in the next migration.

    Must be the only operation of a migration with `atomic = False`. Takes fields only: PostgreSQL treats a unique
    constraint with a condition as an index.
    """

    atomic = False
    reduces_to_sql = True

    def __init__(self, model_name: str, fields: Sequence[str], name: str) -> None:
        self.model_name, self.fields, self.name = model_name, list(fields), name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Leave the state unchanged: models know the constraint, not its index."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the index concurrently on PostgreSQL. SQLite creates it with the constraint."""
        if not _on_postgres(schema_editor):
            return
        self._ensure_not_in_transaction(schema_editor)
        options = to_state.apps.get_model(app_label, self.model_name)._meta
        quote = schema_editor.quote_name
        columns = ", ".join(quote(options.get_field(name).column) for name in self.fields)
        with _without_lock_timeout(schema_editor):
            _drop_leftover(schema_editor, self.name)
            schema_editor.execute(
                f"CREATE UNIQUE INDEX CONCURRENTLY {quote(self.name)} ON {quote(options.db_table)} ({columns})"
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the index, unless it went with the constraint."""
        if _on_postgres(schema_editor):
            self._ensure_not_in_transaction(schema_editor)
            with _without_lock_timeout(schema_editor):
                _drop_leftover(schema_editor, self.name)

    def describe(self) -> str:
        return f"Build unique index {self.name} on model {self.model_name}"


class AddUniqueFromIndex(AddConstraint):
    """A unique constraint made from the index of `BuildUniqueIndex`. Reads no rows and holds its lock only briefly."""

    model_name: str
    constraint: UniqueConstraint

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Attach the index as a constraint on PostgreSQL. SQLite rewrites the table."""
        if not _on_postgres(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        name = schema_editor.quote_name(self.constraint.name)
        schema_editor.execute(
            f"ALTER TABLE {schema_editor.quote_name(table)} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}"
        )
