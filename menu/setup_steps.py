"""Steps of units of work that set up the menu. The caller holds the unit of work."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.writing.configuration_events import ConfigurationAdded, ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.allergens import ALLERGENS
from menu.models import Allergen, Tax
from menu.tax_catalogue import TaxCatalogue
from menu.taxes import DishTax


def only_default(tax: Tax, work: UnitOfWork) -> None:
    """Keep exactly one default before `tax` is saved: this one if it is chosen, and the former one ends.

    A tax that has become the default since the form was opened stays it. Locks: the restaurant's taxes.
    """
    require_transaction()
    here = Tax.objects.of_restaurant(work.restaurant_id)
    present = [row.pk for row in here.locked() if row.is_default]
    tax.is_default = tax.is_default or tax.pk in present
    if tax.is_default:
        here.filter(is_default=True).exclude(pk=tax.pk).update(is_default=False)


def set_default_tax(default: DishTax, others: Sequence[DishTax], day: date, work: UnitOfWork) -> Tax | None:
    """Find or add taxes with these components and make the first one the default. Locks: the restaurant's taxes.

    Present taxes keep their components. The caller raises the menu's version.
    """
    require_transaction()
    catalogue = TaxCatalogue(work.restaurant_id, day)
    tax = catalogue.tax_for(default)
    for other in others:
        catalogue.tax_for(other)
    new = [row for row, _meaning in catalogue.new]
    catalogue.save()
    for row in new:
        work.record(ConfigurationAdded(row=row, pk=row.pk))
    if tax is not None and not tax.is_default:
        tax.is_default = True
        only_default(tax, work)
        tax.save(update_fields=["is_default"])
        work.record(ConfigurationChanged(row=tax, pk=tax.pk, changed={"is_default": (False, True)}))
    return tax


def refuse_default(tax: Tax, work: UnitOfWork) -> None:
    """Refuse to delete the default tax. Locks: the restaurant's taxes. Raises InvalidInput."""
    require_transaction()
    if any(row.pk == tax.pk and row.is_default for row in Tax.objects.of_restaurant(work.restaurant_id).locked()):
        raise InvalidInput(
            gettext("%(tax)s is the default tax. Make another tax the default first.") % {"tax": tax},
            code="default_tax",
        )


def add_catalogue(restaurant_id: int) -> list[Allergen]:
    """Add the allergens of the EU to a new restaurant. Managers may change them."""
    require_transaction()
    return Allergen.objects.bulk_create(
        Allergen(restaurant_id=restaurant_id, code=code, name=name, name_key=name_key(name), position=place)
        for place, (code, name) in enumerate(ALLERGENS)
    )
