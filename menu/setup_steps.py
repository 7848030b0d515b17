"""Parts of a unit of work that sets up the menu. The caller holds the unit of work."""

from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.models import TaxRate


def only_default(rate: TaxRate, work: UnitOfWork) -> None:
    """The rate becomes the default: whichever was it gives way, in the same breath."""
    require_transaction()
    others = TaxRate.objects.of_restaurant(work.restaurant_id).filter(is_default=True)
    others.exclude(pk=rate.pk).update(is_default=False)
