"""Services of availability: 86 and the countdown of portions."""

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.events import AvailabilityChanged
from menu.models import Item
from menu.steps import touch_availability, touch_menu


def set_available(*, item_id: int, available: bool, actor: Actor) -> Item:
    """Take an item off the menu (86), or bring it back. Locks: stock. Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        item = _locked(item_id, actor)
        item.off_since = None if available else (item.off_since or work.now)
        item.save(update_fields=["off_since"])
        touch_availability(work)
        work.record(_changed(item))
    return item


def set_portions(*, item_id: int, portions_left: int | None, actor: Actor) -> Item:
    """Start, correct or end (None) the countdown of an item. Locks: stock.

    Starting or ending a countdown raises the menu's version. Raises InvalidInput below zero, NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    if portions_left is not None and portions_left < 0:
        raise InvalidInput("Portions cannot be below zero.", fields={"portions_left": ["Below zero."]})
    with UnitOfWork(actor) as work:
        item = _locked(item_id, actor)
        was_counted = item.portions_left is not None
        item.portions_left = portions_left
        item.save(update_fields=["portions_left"])
        touch_availability(work)
        if was_counted != (portions_left is not None):
            touch_menu(work, f"countdown of {item.name}")
        work.record(_changed(item))
    return item


def _locked(item_id: int, actor: Actor) -> Item:
    item = Item.objects.visible_to(actor).not_archived().filter(pk=item_id).locked().first()
    if item is None:
        raise NotYours("There is no such item.", code="item_not_found")
    return item


def _changed(item: Item) -> AvailabilityChanged:
    return AvailabilityChanged(
        item_id=item.pk, name=item.name, available=item.available, portions_left=item.portions_left
    )
