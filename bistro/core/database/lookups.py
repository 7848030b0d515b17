"""Lookups that write constants into the SQL text instead of passing them as parameters.

`status__literal_in=OPEN` becomes `status IN (...)` with literals, as the conditions of the partial indexes have them.
SQLite plans a statement before it knows the parameters and would otherwise not use those indexes.
"""

import re
from typing import Any

from django.db.models import CharField, Lookup

_WORD = re.compile(r"[a-z_]+")


class _OwnWords(Lookup):  # type: ignore[type-arg]
    """A comparison with constants of the code, never with user input."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} {self.comparison()}", list(params)

    def comparison(self) -> str:
        """Return the SQL to the right of the column."""
        raise NotImplementedError


class LiteralIn(_OwnWords):
    """A lookup for one of several constants."""

    lookup_name = "literal_in"

    def comparison(self) -> str:
        return f"IN ({', '.join(_literal(word) for word in self.rhs)})"


class LiteralExact(_OwnWords):
    """A lookup for exactly one constant."""

    lookup_name = "literal_exact"

    def comparison(self) -> str:
        return f"= {_literal(self.rhs)}"


def _literal(word: Any) -> str:
    text = str(getattr(word, "value", word))
    if not _WORD.fullmatch(text):
        raise ValueError(f"“{text}” is not a constant of the code.")
    return f"'{text}'"


CharField.register_lookup(LiteralIn)
CharField.register_lookup(LiteralExact)
