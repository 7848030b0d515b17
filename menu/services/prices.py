"""The service of a dish's price."""

from decimal import Decimal

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.money import AMOUNT, display, exact, text
from bistro.core.kernel.roles import Permission
from bistro.core.writing.configuration_events import ConfigurationChanged
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.models import Item
from menu.steps import touch_menu

MOST = Decimal(10) ** (AMOUNT["max_digits"] - AMOUNT["decimal_places"])


def set_price(*, item_id: int, price: Decimal, seen: Decimal | None, actor: Actor) -> Item:
    """Give a dish a new price in the restaurant's currency. Sold lines keep theirs.

    `seen` is the price that the person saw; None changes the price whatever it is.
    Locks: item. Same transaction: the menu's version. Raises InvalidInput for a negative amount or one that the
    currency lacks, LostRace if somebody gave another price meanwhile, NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        item = _locked(item_id, actor)
        house = restaurant_by_id(work.restaurant_id)
        amount = _amount(price, house.currency)
        if seen is not None and item.price not in (seen, amount):
            now = display(item.price, house.currency, house.locale)
            message = gettext("Somebody set the price to %(price)s meanwhile. Look at it again.") % {"price": now}
            raise LostRace(message, code="changed_meanwhile", fields={"price": [message]})
        write_price(item, amount, house.currency, work)
    return item


def write_price(item: Item, amount: Decimal, currency: str, work: UnitOfWork) -> None:
    """Save the new price of a locked dish and record it. An equal price changes nothing."""
    if item.price == amount:
        return
    before, item.price = item.price, amount
    item.save(update_fields=["price"])
    changed = {"price": (text(before, currency), text(amount, currency))}
    work.record(ConfigurationChanged(row=item, pk=item.pk, changed=changed))
    touch_menu(work, item.name)


def _locked(item_id: int, actor: Actor) -> Item:
    item = Item.objects.visible_to(actor).not_archived().filter(pk=item_id).locked().first()
    if item is None:
        raise NotYours(gettext("There is no such item."), code="item_not_found")
    return item


def _amount(price: Decimal, currency: str) -> Decimal:
    """Return the price with the currency's decimals. Raises InvalidInput."""
    if not price.is_finite() or not 0 <= price < MOST:
        message = gettext("Type an amount of 0 or more.")
        raise InvalidInput(message, fields={"price": [message]})
    try:
        return exact(price, currency)
    except ValueError as error:
        raise InvalidInput(str(error), fields={"price": [str(error)]}) from None
