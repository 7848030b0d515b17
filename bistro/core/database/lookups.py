"""Lookups that write our own words into the statement instead of passing them beside it.

`status__literal_in=OPEN` becomes `status IN (...)` with the words in the statement, as the partial indexes spell them.
SQLite plans a statement before it knows its parameters, and would not see that only the few open rows are asked for.
"""

import re
from typing import Any

from django.db.models import CharField, Lookup

_WORD = re.compile(r"[a-z_]+")


class _OwnWords(Lookup):  # type: ignore[type-arg]
    """A comparison with words of the code's own, never of a user's."""

    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        return f"{lhs} {self.comparison()}", list(params)

    def comparison(self) -> str:
        """What stands right of the column."""
        raise NotImplementedError


class LiteralIn(_OwnWords):
    """One of a few words."""

    lookup_name = "literal_in"

    def comparison(self) -> str:
        return f"IN ({', '.join(_literal(word) for word in self.rhs)})"


class LiteralExact(_OwnWords):
    """Exactly one word."""

    lookup_name = "literal_exact"

    def comparison(self) -> str:
        return f"= {_literal(self.rhs)}"


def _literal(word: Any) -> str:
    text = str(getattr(word, "value", word))
    if not _WORD.fullmatch(text):
        raise ValueError(f"“{text}” is not a word of ours.")
    return f"'{text}'"


CharField.register_lookup(LiteralIn)
CharField.register_lookup(LiteralExact)
