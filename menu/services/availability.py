"""Services of availability: 86 for a while or until further notice, the countdown of portions, and their undo."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.roles import Permission
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.events import AvailabilityChanged
from menu.models import Item
from menu.steps import touch_availability, touch_menu

END_OF_SERVICE = "end_of_service"
LONGEST = timedelta(days=366)
MOST_PORTIONS = 100_000
AT_ONCE = 200  # dishes of one restaurant in one unit of work; the next sweep brings back the rest


def set_available(*, item_id: int, available: bool, actor: Actor, until: datetime | str | None = None) -> Item:
    """Take an item off the menu (86), or bring it back.

    `until` ends the 86: a time, END_OF_SERVICE (the end of the business day) or None (further notice). A dish that is
    off keeps its first moment. Bringing back ends a countdown at 0, so that the dish is on sale.
    Locks: stock. Raises InvalidInput for a time in the past or beyond a year, NotYours, NotPermitted.
    """
    actor.require(Permission.SET_AVAILABILITY)
    if available and until is not None:
        raise _bad_time(gettext("Only a dish that is sold out has an end."))
    with UnitOfWork(actor) as work:
        end = _end_of(until, work)
        item = _locked(item_id, actor)
        if available:
            _change(item, work, off_since=None, off_until=None, portions_left=item.portions_left or None)
        else:
            since = item.off_since or work.now
            _change(item, work, off_since=since, off_until=end, portions_left=item.portions_left)
    return item


def set_portions(*, item_id: int, portions_left: int | None, actor: Actor) -> Item:
    """Start, correct or end (None) the countdown of an item. A dish that was off is on sale with its portions.

    Starting or ending a countdown raises the menu's version.
    Locks: stock. Raises InvalidInput below zero or above MOST_PORTIONS, NotYours, NotPermitted.
    """
    actor.require(Permission.SET_AVAILABILITY)
    if portions_left is not None and portions_left < 0:
        raise InvalidInput(
            gettext("Portions cannot be below zero."), fields={"portions_left": [gettext("Below zero.")]}
        )
    if portions_left is not None and portions_left > MOST_PORTIONS:
        message = gettext("At most %(most)s portions.") % {"most": MOST_PORTIONS}
        raise InvalidInput(message, fields={"portions_left": [message]})
    with UnitOfWork(actor) as work:
        item = _locked(item_id, actor)
        keep = not portions_left
        _change(
            item,
            work,
            off_since=item.off_since if keep else None,
            off_until=item.off_until if keep else None,
            portions_left=portions_left,
        )
    return item


def undo_availability(*, item_id: int, change: int, actor: Actor) -> Item:
    """Restore the state before a change, if it is still the last one. Portions sold since then stay sold.

    `change` is the item's `availability_change` after that change. An undo is a change itself.
    Locks: stock. Raises LostRace if somebody changed the availability since, NotYours, NotPermitted.
    """
    actor.require(Permission.SET_AVAILABILITY)
    with UnitOfWork(actor) as work:
        item = _locked(item_id, actor)
        before = item.availability_before
        if before is None or item.availability_change != change:
            message = gettext("Somebody changed %(name)s meanwhile. Look at it again.") % {"name": item.name}
            raise LostRace(message, code="changed_meanwhile")
        end = _time(before["off_until"])
        over = end is not None and end <= work.now
        _change(
            item,
            work,
            off_since=None if over else _time(before["off_since"]),
            off_until=None if over else end,
            portions_left=_portions_before(before, item.portions_left),
        )
    return item


def end_timed_offs(*, now: datetime) -> int:
    """Bring back the dishes of all restaurants whose 86 is over, and return their number. A sweep.

    Costs one query if nothing is due, else one unit of work for each restaurant. Every dish is looked at again under
    its lock, so that several processes and people may act at once. Locks: stock.
    """
    due: dict[int, list[int]] = defaultdict(list)
    for restaurant_id, pk in Item.objects.filter(off_until__lte=now).order_by().values_list("restaurant_id", "pk"):
        due[restaurant_id].append(pk)
    return in_each(due, lambda restaurant_id, item_ids: _end_in(restaurant_id, sorted(item_ids)[:AT_ONCE], now))


def _end_in(restaurant_id: int, item_ids: list[int], now: datetime) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "86 is over")) as work:
        rows = Item.objects.of_restaurant(work.restaurant_id).filter(pk__in=item_ids)
        over = [item for item in rows.locked() if item.off_until is not None and item.off_until <= now]
        for item in over:
            _change(item, work, off_since=None, off_until=None, portions_left=item.portions_left)
    return len(over)


def _locked(item_id: int, actor: Actor) -> Item:
    item = Item.objects.visible_to(actor).not_archived().filter(pk=item_id).locked().first()
    if item is None:
        raise NotYours(gettext("There is no such item."), code="item_not_found")
    return item


def _change(
    item: Item, work: UnitOfWork, *, off_since: datetime | None, off_until: datetime | None, portions_left: int | None
) -> None:
    """Save a new state of a locked item with the one before, and record it. An equal state changes nothing."""
    old = item.off_since, item.off_until, item.portions_left
    if old == (off_since, off_until, portions_left):
        return
    item.availability_before = {
        "off_since": moment(item.off_since),
        "off_until": moment(item.off_until),
        "portions_left": item.portions_left,
        "set": portions_left,  # the new number, so that an undo can tell how many were sold since
        "available": item.available,
        "by": work.actor.label[:120],
        "at": moment(work.now),
    }
    counted = (item.portions_left is None) != (portions_left is None)
    item.off_since, item.off_until, item.portions_left = off_since, off_until, portions_left
    item.availability_change += 1
    if not work.actor.is_staff:
        item._history_user = None  # type: ignore[attr-defined]  # a screen's principal is no login
    item.save(update_fields=["off_since", "off_until", "portions_left", "availability_change", "availability_before"])
    touch_availability(work)
    if counted:
        touch_menu(work, f"countdown of {item.name}")
    work.record(AvailabilityChanged.of(item))


def _portions_before(before: dict[str, Any], now: int | None) -> int | None:
    """Return the portions before a change, less those that were sold since."""
    count: int | None = before["portions_left"]
    if count is None or now is None or before["set"] is None:
        return count
    return max(0, count + now - before["set"])


def _end_of(until: datetime | str | None, work: UnitOfWork) -> datetime | None:
    """Return the end of an 86. Raises InvalidInput."""
    if until is None:
        return None
    if isinstance(until, str):
        if until != END_OF_SERVICE:
            raise _bad_time(gettext("A time, or end_of_service."))
        restaurant = restaurant_by_id(work.restaurant_id)
        return restaurant.day_begins(restaurant.business_date(work.now) + timedelta(days=1))
    if not work.now < until <= work.now + LONGEST:
        raise _bad_time(gettext("Choose a time in the future, within a year."))
    return until


def _bad_time(message: str) -> InvalidInput:
    return InvalidInput(message, fields={"until": [message]})


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
