"""The services that open a till and hand it over."""

from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import PERMISSIONS, Permission
from bistro.core.models import Membership, Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.services.locking import require_money
from orders.services import Once
from orders.till.events import TillHandedOver, TillOpened
from orders.till.models import Till
from orders.till.services.locking import keys, known, lock_till, twice
from orders.till.transitions import TillState


def open_till(
    *, opening_float: Decimal, actor: Actor, shared: bool = False, once: Once | None = None
) -> tuple[Till, bool]:
    """Open a till with the cash that is in it; return it and whether an equal request opened it before.

    A till that is not shared is the actor's own. Raises LostRace (`till_open`), InvalidInput, ReusedKey, NotPermitted.
    """
    return twice(lambda: _open(opening_float, actor, shared, once))


def _open(opening_float: Decimal, actor: Actor, shared: bool, once: Once | None) -> tuple[Till, bool]:
    actor.require(Permission.USE_TILL)
    with UnitOfWork(actor) as work:
        if (before := known(Till, once, work)) is not None:
            return before, True
        restaurant = Restaurant.objects.get(pk=work.restaurant_id)
        require_money(opening_float, restaurant.currency, "float", zero=True)
        holder = None if shared or not actor.is_staff else actor.id
        require_none_open(holder, work)
        till = Till.objects.create(
            holder_id=holder,
            currency=restaurant.currency,
            float=opening_float,
            business_date=restaurant.business_date(work.now),
            opened_at=work.now,
            opened_by=actor.label[:120],
            **keys(once, work),
        )
        work.record(TillOpened(till=till))
    return till, False


def hand_over_till(*, till_id: int, to_staff: int | None, actor: Actor) -> Till:
    """Give an open till to a colleague, or to all (None). Locks: till.

    Raises LostRace (`till_open`), InvalidInput (`not_a_colleague`), NotYours, NotPermitted.
    """
    actor.require(Permission.USE_TILL)
    return twice(lambda: _hand_over(till_id, to_staff, actor))


def _hand_over(till_id: int, to_staff: int | None, actor: Actor) -> Till:
    with UnitOfWork(actor) as work:
        till = lock_till(till_id, work, TillState.OPEN)
        if till.holder_id == to_staff:
            return till
        if to_staff is not None:
            _require_colleague(to_staff, work)
        require_none_open(to_staff, work)
        till.holder_id = to_staff
        till.save(update_fields=["holder"])
        work.record(TillHandedOver(till=till))
    return till


def require_none_open(holder: int | None, work: UnitOfWork) -> None:
    """Refuse a second open till of one person. Raises LostRace (`till_open`)."""
    rows = Till.objects.of_restaurant(work.restaurant_id).filter(status=TillState.OPEN, holder_id=holder)
    found = None if holder is None else rows.first()
    if found is not None:
        raise LostRace(_("A till of this person is open already."), code="till_open", till=found.pk)


def _require_colleague(staff: int, work: UnitOfWork) -> None:
    roles = [role for role, allowed in PERMISSIONS.items() if Permission.USE_TILL in allowed]
    rows = Membership.objects.of_restaurant(work.restaurant_id).filter(staff=staff, role__in=roles)
    if not rows.active().exists():
        message = _("Choose a colleague who takes payments here.")
        raise InvalidInput(message, code="not_a_colleague", fields={"to": [message]})
