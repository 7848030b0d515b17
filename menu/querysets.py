"""The reading vocabulary of the menu."""

from datetime import datetime
from typing import Self

from bistro.core.database.querysets import TenantQuerySet


class PauseQuerySet(TenantQuerySet):
    """What the kitchen takes no more of for some minutes."""

    def open(self) -> Self:
        """Neither resumed nor swept. Its time may be over all the same: the clock says that, not the row."""
        return self.filter(ended_at=None)

    def over(self, now: datetime) -> Self:
        """Whose time is over, and nobody was told yet."""
        return self.open().filter(until__lte=now)

    def of(self, item_id: int | None, category_id: int | None) -> Self:
        """Of an item, of a category, or (neither) of all pads."""
        return self.filter(item_id=item_id, category_id=category_id)
