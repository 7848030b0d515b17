"""QuerySets of the menu."""

from datetime import datetime
from typing import Self

from bistro.core.database.querysets import TenantQuerySet


class PauseQuerySet(TenantQuerySet):
    """QuerySet of pauses."""

    def open(self) -> Self:
        """Filter pauses that have not been ended. Their time may be over before the sweep ends them."""
        return self.filter(ended_at=None)

    def over(self, now: datetime) -> Self:
        """Filter pauses whose time is over and whose end has not been announced."""
        return self.open().filter(until__lte=now)

    def of(self, item_id: int | None, category_id: int | None) -> Self:
        """Filter pauses of an item, of a category or, with neither, of orders from pads."""
        return self.filter(item_id=item_id, category_id=category_id)
