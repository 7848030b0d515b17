"""Steps of units of work that set up the menu. The caller holds the unit of work."""

from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.models import TaxRate


def only_default(rate: TaxRate, work: UnitOfWork) -> None:
    """Clear the default of the other tax rates, before `rate` is saved as the default in the same transaction."""
    require_transaction()
    others = TaxRate.objects.of_restaurant(work.restaurant_id).filter(is_default=True)
    others.exclude(pk=rate.pk).update(is_default=False)
