"""Operations for the migrations of tables in which people order meanwhile.

On PostgreSQL none of them holds a lock for long that an order waits for, and each can be asked for again after it was
cut short. On SQLite, which writes a table anew for almost every change, they are Django's own. CONTRIBUTING.md says
when to use which.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.contrib.postgres.operations import NotInTransactionMixin as OutsideTransaction
from django.db.migrations.operations import AddConstraint, AddIndex
from django.db.migrations.operations.base import Operation
from django.db.models import Index, UniqueConstraint

_NO_CLIENT_NAMES_IT = "-- squawk-ignore renaming-object\n"  # no statement of ours names an index


def _on_postgres(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")


@contextmanager
def _waiting_in_nobodys_way(schema_editor: Any) -> Iterator[None]:
    """To build an index beside writers is to wait for all of them, and nobody waits behind it: no time limit."""
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
    """What an earlier attempt left: an invalid index, or a good one that nobody had written down yet."""
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(name)}")


def _index_exists(schema_editor: Any, name: str) -> bool:
    """Return whether the database has an index of this name, valid or not."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [schema_editor.quote_name(name)])
        return cursor.fetchone()[0] is not None


class AddIndexWhileServing(AddIndexConcurrently):
    """An index. Alone in a migration with `atomic = False`."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Beside writers, on PostgreSQL."""
        if not _on_postgres(schema_editor):
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        with _waiting_in_nobodys_way(schema_editor):
            _drop_leftover(schema_editor, self.index.name)
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """As quietly as it came."""
        if not _on_postgres(schema_editor):
            AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)
            return
        with _waiting_in_nobodys_way(schema_editor):
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class ReplaceIndexWhileServing(OutsideTransaction, Operation):
    """An index whose fields or condition change and whose name stays. Alone in a migration with `atomic = False`.

    The new index is built under another name while the old one serves; then the old one goes and the new one takes its
    name. It replaces the pair RemoveIndex and AddIndex that `makemigrations` writes.
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
        with _waiting_in_nobodys_way(schema_editor):
            if schema_editor.collect_sql or _index_exists(schema_editor, new.name):
                _drop_leftover(schema_editor, spare)
                schema_editor.add_index(model, fresh, concurrently=True)
                _drop_leftover(schema_editor, new.name)
            # Without the old index an earlier attempt came as far as this: the new one is complete.
            schema_editor.execute(f"{_NO_CLIENT_NAMES_IT}ALTER INDEX {quote(spare)} RENAME TO {quote(new.name)}")

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
    """A check that new rows must pass; `ValidateCheck` in a later migration looks at the old ones."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """SQLite looks at all rows at once."""
        if _on_postgres(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            AddConstraint.database_forwards(self, app_label, schema_editor, from_state, to_state)


class ValidateCheck(ValidateConstraint):
    """The old rows pass as well. Reads the whole table, and nobody waits for that."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Nothing is left to do on SQLite."""
        if _on_postgres(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class BuildUniqueIndex(OutsideTransaction, Operation):
    """The index of a unique constraint, which `AddUniqueFromIndex` then takes over in the next migration.

    Alone in a migration with `atomic = False`. Fields only: a constraint with a condition is an index to PostgreSQL.
    """

    atomic = False
    reduces_to_sql = True

    def __init__(self, model_name: str, fields: Sequence[str], name: str) -> None:
        self.model_name, self.fields, self.name = model_name, list(fields), name

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The models know the constraint, not its index."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Beside writers. SQLite makes it with the constraint."""
        if not _on_postgres(schema_editor):
            return
        self._ensure_not_in_transaction(schema_editor)
        options = to_state.apps.get_model(app_label, self.model_name)._meta
        quote = schema_editor.quote_name
        columns = ", ".join(quote(options.get_field(name).column) for name in self.fields)
        with _waiting_in_nobodys_way(schema_editor):
            _drop_leftover(schema_editor, self.name)
            schema_editor.execute(
                f"CREATE UNIQUE INDEX CONCURRENTLY {quote(self.name)} ON {quote(options.db_table)} ({columns})"
            )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Gone with the constraint already, where there was one."""
        if _on_postgres(schema_editor):
            self._ensure_not_in_transaction(schema_editor)
            with _waiting_in_nobodys_way(schema_editor):
                _drop_leftover(schema_editor, self.name)

    def describe(self) -> str:
        return f"Build unique index {self.name} on model {self.model_name}"


class AddUniqueFromIndex(AddConstraint):
    """A unique constraint from an index that `BuildUniqueIndex` made: nothing is read, the lock is gone at once."""

    model_name: str
    constraint: UniqueConstraint

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """SQLite writes the table anew."""
        if not _on_postgres(schema_editor):
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        name = schema_editor.quote_name(self.constraint.name)
        schema_editor.execute(
            f"ALTER TABLE {schema_editor.quote_name(table)} ADD CONSTRAINT {name} UNIQUE USING INDEX {name}"
        )
