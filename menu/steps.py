"""Steps of units of work that change the menu. The caller holds the unit of work."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.db.models import F
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.writing.configuration_events import RestaurantChanged
from bistro.core.writing.people_events import RestaurantOpened
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.compiled import MenuNow, Versions, menu_now, menu_of
from menu.events import AvailabilityChanged, MenuChanged
from menu.models import Allergen, Item, MenuVersion, Modifier
from menu.setup_steps import add_catalogue

# Pads show the count only when it is small, so only these numbers are announced.
THRESHOLDS = frozenset(range(11))


def touch_menu(work: UnitOfWork, what: str) -> None:
    """Raise the menu's version and record the change. Pads and the audit trail show `what`."""
    require_transaction()
    MenuVersion.objects.get_or_create(pk=work.restaurant_id)
    MenuVersion.objects.filter(pk=work.restaurant_id).update(version=F("version") + 1)
    version = MenuVersion.objects.get(pk=work.restaurant_id).version
    work.record(MenuChanged(restaurant_id=work.restaurant_id, version=version, what=what))


def restaurant_changed(events: Sequence[RestaurantChanged], work: UnitOfWork) -> None:
    """Raise the menu's version after a change of settings, because the compiled menu holds currency and tax mode.

    Raises InvalidInput for a new currency while there are dishes or choices, because prices and sold amounts are in
    the old one.
    """
    if any("currency" in event.changed for event in events) and _has_prices(work.restaurant_id):
        message = gettext(
            "Dishes or choices have prices in the present currency. Open another restaurant for a new currency."
        )
        raise InvalidInput(message, code="currency_in_use", fields={"currency": [gettext("Prices are in use.")]})
    touch_menu(work, "the restaurant's settings")


def add_catalogues(events: Sequence[RestaurantOpened], work: UnitOfWork) -> None:
    """Give each new restaurant a catalogue of allergens, unless it is a copy, which has one."""
    require_transaction()
    for event in events:
        if not Allergen.objects.of_restaurant(event.restaurant.pk).exists():
            add_catalogue(event.restaurant.pk)


def _has_prices(restaurant_id: int) -> bool:
    """Return whether the restaurant has dishes or choices, also archived ones, which orders may refer to."""
    return any(model.objects.of_restaurant(restaurant_id).exists() for model in (Item, Modifier))


def touch_availability(work: UnitOfWork) -> None:
    """Raise the availability stamp after an item went off or came back."""
    require_transaction()
    MenuVersion.objects.filter(pk=work.restaurant_id).update(availability=F("availability") + 1)


def touch_pauses(work: UnitOfWork) -> None:
    """Raise the stamps of availability and pauses.

    Locks the menu's version, so that the second of two concurrent pauses finds the first one's row.
    """
    require_transaction()
    MenuVersion.objects.get_or_create(pk=work.restaurant_id)
    stamps = {"availability": F("availability") + 1, "pauses": F("pauses") + 1}
    MenuVersion.objects.filter(pk=work.restaurant_id).update(**stamps)


def menu_in(work: UnitOfWork) -> MenuNow:
    """Return the menu in force, read once in each unit of work."""
    now: MenuNow = work.once("menu", partial(menu_now, work.restaurant_id))
    return now


def use_menu(work: UnitOfWork, versions: Versions) -> None:
    """Set the result of `menu_in` from a known result of `menu_versions`, which saves a query."""
    work.once("menu", partial(menu_of, work.restaurant_id, versions))


def counted_portions(item_ids: set[int]) -> dict[int, int | None]:
    """Lock the counted items of a batch in pk order: {item: portions left}. Locks: stock."""
    require_transaction()
    rows = Item.objects.filter(pk__in=item_ids).locked()
    return {item.pk: item.portions_left for item in rows}


def take_portions(work: UnitOfWork, taken: Mapping[int, int]) -> None:
    """Sell portions with one conditional UPDATE for each item, which is safe on both databases.

    Raises LostRace if another sale came first, which can only happen without row locks. The caller tries again.
    """
    require_transaction()
    for item_id in sorted(taken):
        count = taken[item_id]
        rows = Item.objects.filter(pk=item_id, portions_left__gte=count)
        if rows.update(portions_left=F("portions_left") - count) != 1:
            raise LostRace(gettext("Someone else saved first. Try again."))
    _tell_thresholds(work, {item_id: -count for item_id, count in taken.items()})


def give_back_portions(work: UnitOfWork, given: Mapping[int, int]) -> None:
    """Give back the counted portions of an order that was cancelled before it was begun."""
    require_transaction()
    for item_id in sorted(given):
        rows = Item.objects.filter(pk=item_id, portions_left__isnull=False)
        rows.update(portions_left=F("portions_left") + given[item_id])
    _tell_thresholds(work, given)


def _tell_thresholds(work: UnitOfWork, moved: Mapping[int, int]) -> None:
    """Announce countdowns that are small now or were small before, so that pads see a sold-out item come back."""
    if not moved:
        return
    touch_availability(work)
    for item in Item.objects.filter(pk__in=list(moved), portions_left__isnull=False).order_by("pk"):
        if THRESHOLDS & {item.portions_left, item.portions_left - moved[item.pk]}:
            work.record(AvailabilityChanged.of(item))
