"""Reads of house accounts."""

from collections.abc import Sequence
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from orders.billing.models import HouseAccount

LARGEST_ID = 2**63


def account_for(actor: Actor | None, pk: int) -> HouseAccount:
    """Return an account. Raises NotYours if it is missing or of another restaurant."""
    account = HouseAccount.objects.visible_to(actor).filter(pk=pk).first() if pk < LARGEST_ID else None
    if account is None:
        raise no_account()
    return account


def no_account() -> NotYours:
    """Return the refusal of an account that is missing."""
    return NotYours(_("There is no such account."), code="account_not_found")


def accounts_to_charge(actor: Actor) -> Sequence[HouseAccount]:
    """Return the open accounts that a person may let guests pay on; none without the right."""
    if not actor.may(Permission.APPROVE_BILL):
        return []
    return list(HouseAccount.objects.visible_to(actor).filter(closed_at=None))


def owed_by_accounts(restaurant_id: int) -> Decimal:
    """Return what all accounts of a restaurant owe."""
    rows = HouseAccount.objects.of_restaurant(restaurant_id).exclude(balance=0)
    return rows.aggregate(sum=Sum("balance"))["sum"] or ZERO
