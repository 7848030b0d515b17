"""The taxes of a restaurant as the step about tax shows them when it is opened again."""

from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from bistro.core.models import Restaurant
from menu.tax_catalogue import compiled_taxes
from menu.taxes import write_components


@dataclass(frozen=True, slots=True)
class KnownTaxes:
    """The kind of house that the taxes are of, a key of TAX_KINDS, their rates by field, and their names."""

    kind: str = "one"
    rates: dict[str, str] = field(default_factory=dict)
    names: list[dict[str, Any]] = field(default_factory=list)


def known_taxes(here: Restaurant) -> KnownTaxes:
    """Return what the present taxes say on the business day. Two queries."""
    day = here.business_date(timezone.now())
    taxes = {tax: compiled.dish_tax(day) for tax, compiled in compiled_taxes(here.pk).items()}
    names = [{"name": tax.name, "is_default": tax.is_default} for tax in taxes]
    default = next((tax for tax in taxes if tax.is_default), None)
    if default is None:
        return KnownTaxes(names=names)
    of_food = taxes[default]
    if not of_food.components and of_food.take_away is None and len(taxes) == 1:
        return KnownTaxes("none", names=names)
    rates = {"rate": write_components(of_food.components)}
    if of_food.take_away is not None:
        rates["take_away"] = write_components(of_food.take_away)
    others = [meaning for tax, meaning in taxes.items() if tax is not default]
    if others:
        rates["drinks"] = write_components(others[0].components)
    kinds = {("rate", "take_away", "drinks"): "both", ("rate", "take_away"): "away", ("rate", "drinks"): "drinks"}
    return KnownTaxes(kinds.get(tuple(rates), "one"), rates, names)
