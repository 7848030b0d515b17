"""The services that add a rule for deposits and remove it."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import fits
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.hold_steps import lock_book
from tables.bookings.models import DepositRule


def add_deposit_rule(*, name: str, amount: Decimal, actor: Actor, **conditions: Any) -> DepositRule:
    """Add a rule for the deposits of bookings that are taken from now on. `conditions` are other fields of the rule.

    Locks: the book. Raises InvalidInput, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_book(work)
        rule = DepositRule(restaurant_id=work.restaurant_id, name=name, amount=amount, **conditions)
        try:
            rule.full_clean()
        except ValidationError as error:
            raise InvalidInput(error.messages[0], fields=error.message_dict) from None
        if not fits(amount, rule.restaurant.currency):
            message = gettext("This is not an amount in %(currency)s.") % {"currency": rule.restaurant.currency}
            raise InvalidInput(message, fields={"amount": [message]})
        rule.save()
    return rule


def remove_deposit_rule(*, rule_id: int, actor: Actor) -> None:
    """Remove a rule; deposits that were asked for stay. One that is gone stays so. Locks: the book.

    Raises NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_book(work)
        DepositRule.objects.of_restaurant(work.restaurant_id).filter(pk=rule_id).delete()
