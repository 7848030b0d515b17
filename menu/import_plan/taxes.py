"""The taxes of an import: known ones by their percentage, and new ones."""

from decimal import Decimal

from bistro.core.kernel.money import short
from menu.import_plan.known import KnownMenu
from menu.import_plan.results import Rows
from menu.models import TaxRate


def tax_for(known: KnownMenu, rows: Rows, percent: Decimal) -> TaxRate:
    """Return the rate with this percentage, a new one if necessary. Raises ValueError beyond 100 %."""
    if not 0 <= percent <= 100:
        raise ValueError(f"{short(percent)} is not a percentage.")
    row = next((rate for rate in known.rates if rate.percent == percent), None)
    if row is None:
        name = f"Tax {short(percent)} %"
        row = TaxRate(restaurant_id=known.restaurant_id, name=name, percent=percent, is_default=not known.rates)
        known.rates.append(row)
        rows.rates.append(row)
    return row
