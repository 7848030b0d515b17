"""Durations computed by the database, alike on SQLite and PostgreSQL."""

from typing import Any

from django.db.models import FloatField, Func, IntegerField


class SecondsBetween(Func):
    """Whole seconds from the first time to the second: `SecondsBetween("fired_at", "done_at")`."""

    arity = 2
    arg_joiner = " - "
    output_field = IntegerField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self._later_first().as_sql(
            compiler, connection, template="ROUND(EXTRACT(EPOCH FROM (%(expressions)s)))::integer", **context
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        days = self._later_first()
        days.set_source_expressions(
            [Func(moment, function="julianday", output_field=FloatField()) for moment in days.get_source_expressions()]
        )
        return days.as_sql(
            compiler, connection, template="CAST(ROUND((%(expressions)s) * 86400) AS INTEGER)", **context
        )

    def _later_first(self) -> Any:
        turned = self.copy()
        turned.set_source_expressions(self.get_source_expressions()[::-1])
        return turned
