"""The service that puts money into a till or takes it out."""

from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Membership, Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.services.locking import require_money, require_reason
from orders.services import Once
from orders.till.events import TillMoved
from orders.till.models import Till, TillMove
from orders.till.services.locking import keys, known, lock_till, twice
from orders.till.transitions import BY_HAND, MoveKind, TillState

WITH_REASON = frozenset({MoveKind.PAY_IN, MoveKind.PAY_OUT})


def move_money(
    *,
    till_id: int,
    kind: MoveKind,
    amount: Decimal,
    actor: Actor,
    reason: str = "",
    to_staff: int | None = None,
    once: Once | None = None,
) -> tuple[TillMove, bool]:
    """Put money into an open till or take it out; return the move and whether an equal request made it before.

    `amount` is positive; the kind says where the money goes. Paid out tips go to the colleague `to_staff`, else to
    the holder of the till, or to the actor. Locks: till. Raises DomainError (`till_not_open`, `till_closed`),
    InvalidInput (`not_a_colleague`, a person for another kind), ReusedKey, NotYours, NotPermitted.
    """
    return twice(lambda: _move(till_id, kind, amount, actor, reason, to_staff, once))


def _move(
    till_id: int,
    kind: MoveKind,
    amount: Decimal,
    actor: Actor,
    reason: str,
    to_staff: int | None,
    once: Once | None,
) -> tuple[TillMove, bool]:
    actor.require(Permission.USE_TILL)
    with UnitOfWork(actor) as work:
        if (before := known(TillMove, once, work)) is not None:
            return before, True
        till = lock_till(till_id, work, TillState.OPEN)
        if kind not in BY_HAND:
            message = _("Choose what happens to the money.")
            raise InvalidInput(message, fields={"kind": [message]})
        if to_staff is not None and kind != MoveKind.TIP_OUT:
            message = _("Choose a person only for tips that are paid out.")
            raise InvalidInput(message, fields={"to": [message]})
        require_money(amount, till.currency, "amount")
        words = require_reason(reason) if kind in WITH_REASON else clean_text(reason)[:200]
        staff = actor.id if actor.is_staff else None
        move = TillMove.objects.create(
            till=till,
            kind=kind,
            amount=amount if kind == MoveKind.PAY_IN else -amount,
            recipient_id=_recipient(till, staff, to_staff, work) if kind == MoveKind.TIP_OUT else None,
            reason=words,
            business_date=Restaurant.objects.get(pk=work.restaurant_id).business_date(work.now),
            made_at=work.now,
            made_by=actor.label[:120],
            staff_id=staff,
            **keys(once, work),
        )
        work.record(TillMoved(till=till, move=move))
    return move, False


def _recipient(till: Till, staff: int | None, to_staff: int | None, work: UnitOfWork) -> int | None:
    if to_staff is None:
        return till.holder_id or staff
    if not Membership.objects.of_restaurant(work.restaurant_id).filter(staff=to_staff).exists():
        message = _("Choose people of this restaurant.")
        raise InvalidInput(message, code="not_a_colleague", fields={"to": [message]})
    return to_staff
