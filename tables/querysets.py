"""The reading vocabulary of the floor."""

from typing import Self

from bistro.core.database.querysets import TenantQuerySet
from tables.transitions import PartyStatus


class PartyQuerySet(TenantQuerySet):
    """Guests who came together."""

    def seated(self) -> Self:
        """At a table now; at most one a table."""
        return self.filter(status__literal_exact=PartyStatus.SEATED)
