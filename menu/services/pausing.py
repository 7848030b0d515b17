"""Services of pauses: the kitchen stops an item, a category or orders from pads for some minutes."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.events import Paused, Resumed
from menu.models import Category, Item, Pause
from menu.steps import touch_pauses

LONGEST_MINUTES = 12 * 60  # longer than a shift needs an 86 or a change of the menu
AT_ONCE = 200  # pauses of one restaurant in one unit of work; the next sweep ends the rest


def pause(
    *, minutes: int, actor: Actor, item_id: int | None = None, category_id: int | None = None, reason: str = ""
) -> Pause:
    """Pause an item, a category or, with neither, orders from pads for `minutes` from now.

    A pause that is in force gets the new end, earlier or later, so that a retry succeeds.
    Locks: the menu's version. Raises InvalidInput, NotYours, NotPermitted.
    """
    actor.require(Permission.PAUSE)
    _require_plain(minutes, item_id, category_id)
    with UnitOfWork(actor) as work:
        item, category = _item(item_id, actor), _category(category_id, actor)
        touch_pauses(work)
        row = Pause.objects.of_restaurant(work.restaurant_id).open().of(item_id, category_id).first()
        row = row or Pause(restaurant_id=work.restaurant_id)
        row.item, row.category = item, category
        row.until, row.paused_at = work.now + timedelta(minutes=minutes), work.now
        row.reason, row.by = clean_text(reason)[:200], actor.label[:120]
        row.save()
        work.record(Paused(pause=row))
    return row


def _require_plain(minutes: int, item_id: int | None, category_id: int | None) -> None:
    """Refuse a time that is too long, and a pause of two things, both in one error."""
    refusals = Refusals()
    with refusals:
        if not 0 < minutes <= LONGEST_MINUTES:
            message = gettext("From 1 to %(longest_minutes)s minutes.") % {"longest_minutes": LONGEST_MINUTES}
            raise InvalidInput(message, fields={"minutes": [message]})
    with refusals:
        if item_id is not None and category_id is not None:
            message = gettext("Name an item or a category, not both.")
            raise InvalidInput(message, fields={"category": [message]})
    refusals.raise_any()


def resume(*, pause_id: int, actor: Actor) -> Pause:
    """End a pause before its time is over. A pause that has ended stays unchanged.

    Locks: the menu's version. Raises NotYours, NotPermitted.
    """
    actor.require(Permission.PAUSE)
    with UnitOfWork(actor) as work:
        row = Pause.objects.visible_to(actor).select_related("item", "category").filter(pk=pause_id).first()
        if row is None:
            raise NotYours(gettext("There is no such pause."), code="pause_not_found")
        if row.ended_at is not None:
            return row
        touch_pauses(work)
        if Pause.objects.open().filter(pk=row.pk).update(ended_at=work.now) == 1:
            row.ended_at = work.now
            work.record(Resumed(pause=row))
    return row


def end_pauses(*, now: datetime) -> int:
    """End the pauses of all restaurants whose time is over, and return their number. A sweep.

    Orders do not depend on this sweep, because they compare a pause's end with the clock. The sweep raises the stamps
    of caches and ETags and informs the screens.
    Costs one query if nothing is due, else one unit of work for each restaurant. A conditional UPDATE decides between
    several processes and skips pauses that got a new end in the meantime. Locks: the menu's version.
    """
    due: dict[int, list[int]] = defaultdict(list)
    for restaurant_id, pk in Pause.objects.over(now).order_by().values_list("restaurant_id", "pk"):
        due[restaurant_id].append(pk)
    return in_each(due, lambda restaurant_id, pause_ids: _end_in(restaurant_id, sorted(pause_ids)[:AT_ONCE], now))


def _end_in(restaurant_id: int, pause_ids: list[int], now: datetime) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "pause is over")) as work:
        touch_pauses(work)
        still = Pause.objects.of_restaurant(work.restaurant_id).over(now)
        ended = [pk for pk in pause_ids if still.filter(pk=pk).update(ended_at=now)]
        for row in Pause.objects.filter(pk__in=ended).select_related("item", "category").order_by("pk"):
            work.record(Resumed(pause=row))
    return len(ended)


def _item(item_id: int | None, actor: Actor) -> Item | None:
    if item_id is None:
        return None
    item = Item.objects.visible_to(actor).not_archived().filter(pk=item_id).first()
    if item is None:
        raise NotYours(gettext("There is no such item."), code="item_not_found")
    return item


def _category(category_id: int | None, actor: Actor) -> Category | None:
    if category_id is None:
        return None
    category = Category.objects.visible_to(actor).not_archived().filter(pk=category_id).first()
    if category is None:
        raise NotYours(gettext("There is no such category."), code="category_not_found")
    return category
