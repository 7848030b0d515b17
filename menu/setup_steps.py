"""Steps of units of work that set up the menu. The caller holds the unit of work."""

from bistro.core.kernel.names import name_key
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.allergens import ALLERGENS
from menu.models import Allergen, Tax


def only_default(tax: Tax, work: UnitOfWork) -> None:
    """Clear the default of the other taxes, before `tax` is saved as the default in the same transaction."""
    require_transaction()
    others = Tax.objects.of_restaurant(work.restaurant_id).filter(is_default=True)
    others.exclude(pk=tax.pk).update(is_default=False)


def add_catalogue(restaurant_id: int) -> list[Allergen]:
    """Add the allergens of the EU to a new restaurant. Managers may change them."""
    require_transaction()
    return Allergen.objects.bulk_create(
        Allergen(restaurant_id=restaurant_id, code=code, name=name, name_key=name_key(name), position=place)
        for place, (code, name) in enumerate(ALLERGENS)
    )
