"""QuerySets of the floor."""

from typing import Self

from bistro.core.database.querysets import TenantQuerySet
from tables.transitions import PartyStatus


class PartyQuerySet(TenantQuerySet):
    """QuerySet of parties."""

    def seated(self) -> Self:
        """Filter the parties that are here now: at most one for each table, and any number without a table."""
        return self.filter(status__literal_exact=PartyStatus.SEATED)
