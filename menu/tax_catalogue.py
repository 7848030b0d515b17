"""The taxes of a restaurant for an import, which finds a tax by its components or creates one."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.order_kinds import OrderKind
from menu.models import Item, Tax, TaxComponent
from menu.taxes import EVERY_KIND, CompiledTax, Components, DishTax, same_rates, write_components


def compiled_taxes(restaurant_id: int) -> dict[Tax, CompiledTax]:
    """Read the taxes of a restaurant with their components, in two queries."""
    taxes = Tax.objects.of_restaurant(restaurant_id).prefetch_related("components")
    return {tax: compiled(tax.components.all()) for tax in taxes}


def compiled(rows: Iterable[TaxComponent]) -> CompiledTax:
    """Compile the components of one tax."""
    return CompiledTax.of((row.order_kind, row.valid_from, row.name, row.percent) for row in rows)


def taxes_today(restaurant_id: int) -> list[tuple[str, DishTax]]:
    """Return the taxes of a restaurant by name, as they are on its present business day."""
    day = restaurant_by_id(restaurant_id).business_date(timezone.now())
    return sorted((tax.name, rates.dish_tax(day)) for tax, rates in compiled_taxes(restaurant_id).items())


class TaxCatalogue:
    """The taxes of a restaurant as they are on a day, and new ones in `new` until `save` inserts them.

    Reading costs two queries, and `tax_for` none, so that an import of many dishes stays cheap.
    A preview does not save.
    """

    def __init__(self, restaurant_id: int, day: date) -> None:
        self.restaurant_id = restaurant_id
        self.new: list[tuple[Tax, DishTax]] = []
        self._first: Tax | None = None  # the first tax of a restaurant that had none
        self._components: list[TaxComponent] = []
        known = compiled_taxes(restaurant_id)
        self._rows = {tax.pk: tax for tax in known}
        self._meanings = {tax.pk: known[tax].dish_tax(day) for tax in known}
        self._names = {tax.name for tax in known}
        self._by_meaning: dict[DishTax, Tax] = {}
        for tax in sorted(known, key=lambda tax: (not tax.is_default, tax.pk)):
            self._by_meaning.setdefault(self._meanings[tax.pk], tax)

    def meaning(self, tax_id: int | None) -> DishTax | None:
        """Return what a tax says on the day, or None for a dish with the restaurant's default."""
        return None if tax_id is None else self._meanings[tax_id]

    def tax_for(
        self, wanted: DishTax | None, present_id: int | None = None, *, any_take_away: bool = False
    ) -> Tax | None:
        """Return a tax with the wanted components on the day: the present one of the dish if it has them, else any.

        A rate without a name, such as `7`, means the one tax with that rate, whatever its name. `any_take_away`: the
        file says nothing about take-away. A new tax is a row without a primary key until `save`. None means the
        restaurant's default.
        """
        if wanted is None:
            return None
        present = self.meaning(present_id)
        if present_id is not None and present is not None and same_rates(present, wanted, any_take_away):
            return self._rows[present_id]
        if wanted not in self._by_meaning:
            self._by_meaning[wanted] = self._alike(wanted, any_take_away) or self._create(wanted)
        return self._by_meaning[wanted]

    def _alike(self, wanted: DishTax, any_take_away: bool) -> Tax | None:
        """Return the only known tax with the same rates, or the default among several; None if nothing decides."""
        found = [row for pk, row in self._rows.items() if same_rates(self._meanings[pk], wanted, any_take_away)]
        chosen = found if len(found) == 1 else [row for row in found if row.is_default]
        return chosen[0] if chosen else None

    def save(self) -> None:
        """Insert the new taxes with their components, in two statements."""
        if not self.new:
            return
        Tax.objects.bulk_create([tax for tax, _meaning in self.new])
        TaxComponent.objects.bulk_create(self._components)
        for tax, meaning in self.new:
            self._rows[tax.pk], self._meanings[tax.pk] = tax, meaning
        self.new, self._components = [], []

    def make_first_default(self) -> None:
        """Make the first tax of the restaurant its default, unless dishes without a tax would become taxed by that.

        The dishes must be saved. Costs statements only for the first tax.
        """
        if self._first is None:
            return
        untaxed = Item.objects.of_restaurant(self.restaurant_id).not_archived().filter(tax=None)
        if not untaxed.exists():
            self._first.is_default = True
            self._first.save(update_fields=["is_default"])

    def _create(self, wanted: DishTax) -> Tax:
        name = _free_name(wanted, self._names)
        tax = Tax(restaurant_id=self.restaurant_id, name=name)
        if not self._names:
            self._first = tax
        self._names.add(name)
        self.new.append((tax, wanted))
        untaxed = wanted.take_away == ()  # only kinds that are named can be taxed then
        for kind in (OrderKind.DINE_IN, OrderKind.COUNTER) if untaxed else (EVERY_KIND,):
            self._add(tax, kind, wanted.components)
        self._add(tax, OrderKind.TAKE_AWAY, wanted.take_away or ())
        return tax

    def _add(self, tax: Tax, kind: str, components: Components) -> None:
        for name, percent in components:
            self._components.append(
                TaxComponent(restaurant_id=self.restaurant_id, tax=tax, order_kind=kind, name=name, percent=percent)
            )


def _free_name(wanted: DishTax, taken: set[str]) -> str:
    """Return a name that no tax of the restaurant has."""
    name = f"{write_components(wanted.components)} %" if wanted.components else "No tax"
    if wanted.take_away is not None:
        name += f", take-away {write_components(wanted.take_away)} %"
    longest = Tax._meta.get_field("name").max_length or 0
    name, number = name[: longest - 6], 2
    free = name
    while free in taken:
        free, number = f"{name} ({number})", number + 1
    return free
