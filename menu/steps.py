"""Parts of a unit of work that touches the menu. The caller holds the unit of work."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.db.models import F

from bistro.core.kernel.errors import LostRace
from bistro.core.writing.configuration_events import RestaurantChanged
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.compiled import MenuNow, Versions, menu_now, menu_of
from menu.events import AvailabilityChanged, MenuChanged
from menu.models import Item, MenuVersion

# A guest looks at the count only when it is small: these are worth a message to every pad.
THRESHOLDS = frozenset(range(11))


def touch_menu(work: UnitOfWork, what: str) -> None:
    """The menu changed: raise its version, tell everybody. `what` is read in the audit trail."""
    require_transaction()
    MenuVersion.objects.get_or_create(pk=work.restaurant_id)
    MenuVersion.objects.filter(pk=work.restaurant_id).update(version=F("version") + 1)
    version = MenuVersion.objects.get(pk=work.restaurant_id).version
    work.record(MenuChanged(restaurant_id=work.restaurant_id, version=version, what=what))


def restaurant_changed(events: Sequence[RestaurantChanged], work: UnitOfWork) -> None:
    """Currency and tax mode are compiled into the menu: a change of the settings makes a new one."""
    touch_menu(work, "the restaurant's settings")


def touch_availability(work: UnitOfWork) -> None:
    """Something went off or came back: move only the availability stamp."""
    require_transaction()
    MenuVersion.objects.filter(pk=work.restaurant_id).update(availability=F("availability") + 1)


def touch_pauses(work: UnitOfWork) -> None:
    """Something was paused, or is no more. Locks the menu's version: of two who pause the same thing at once, the
    second finds the first one's row."""
    require_transaction()
    MenuVersion.objects.get_or_create(pk=work.restaurant_id)
    stamps = {"availability": F("availability") + 1, "pauses": F("pauses") + 1}
    MenuVersion.objects.filter(pk=work.restaurant_id).update(**stamps)


def menu_in(work: UnitOfWork) -> MenuNow:
    """The menu in force for this unit of work, looked at once."""
    now: MenuNow = work.once("menu", partial(menu_now, work.restaurant_id))
    return now


def use_menu(work: UnitOfWork, versions: Versions) -> None:
    """The same without a query of its own, where the unit has asked `menu_versions` with other things."""
    work.once("menu", partial(menu_of, work.restaurant_id, versions))


def counted_portions(item_ids: set[int]) -> dict[int, int | None]:
    """Lock the counted items of a batch in pk order: {item: portions left}. Locks: stock."""
    require_transaction()
    rows = Item.objects.filter(pk__in=item_ids).locked()
    return {item.pk: item.portions_left for item in rows}


def take_portions(work: UnitOfWork, taken: Mapping[int, int]) -> None:
    """Sell portions: one conditional UPDATE an item, which is the guard on both databases.

    Raises LostRace when somebody else was faster, which only happens without row locks; the caller tries again.
    """
    require_transaction()
    for item_id in sorted(taken):
        count = taken[item_id]
        rows = Item.objects.filter(pk=item_id, portions_left__gte=count)
        if rows.update(portions_left=F("portions_left") - count) != 1:
            raise LostRace("Someone else saved first. Try again.")
    _tell_thresholds(work, {item_id: -count for item_id, count in taken.items()})


def give_back_portions(work: UnitOfWork, given: Mapping[int, int]) -> None:
    """An order was cancelled before it was begun: its counted portions can be sold again."""
    require_transaction()
    for item_id in sorted(given):
        rows = Item.objects.filter(pk=item_id, portions_left__isnull=False)
        rows.update(portions_left=F("portions_left") + given[item_id])
    _tell_thresholds(work, given)


def _tell_thresholds(work: UnitOfWork, moved: Mapping[int, int]) -> None:
    """Tell everybody about countdowns that are small now, or were: who heard of 0 must hear that it came back."""
    if not moved:
        return
    touch_availability(work)
    for item in Item.objects.filter(pk__in=list(moved), portions_left__isnull=False).order_by("pk"):
        if THRESHOLDS & {item.portions_left, item.portions_left - moved[item.pk]}:
            work.record(
                AvailabilityChanged(
                    item_id=item.pk, name=item.name, available=item.available, portions_left=item.portions_left
                )
            )
