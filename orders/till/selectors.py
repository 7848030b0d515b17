"""Reads of tills: those of a person, their moves, and colleagues who can take one over."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import PERMISSIONS, Permission, Role
from bistro.core.models import Membership
from orders.till.models import Till, TillMove
from orders.till.transitions import BY_HAND, TillState


def tills_of(actor: Actor) -> QuerySet[Till]:
    """Return the tills that are not closed: the actor's own and shared ones, for people who close the day all."""
    rows = Till.objects.visible_to(actor).exclude(status=TillState.CLOSED).select_related("holder")
    if not actor.may(Permission.CLOSE_DAY):
        rows = rows.filter(Q(holder=None) | Q(holder=actor.id if actor.is_staff else None))
    return rows.order_by("pk")


def open_till_of(staff: int | None, restaurant_id: int) -> Till | None:
    """Return the till for the cash of a person: the own one, else the only shared one, else the only one.

    None means that no till is open, or that several could be meant.
    """
    rows = list(Till.objects.of_restaurant(restaurant_id).filter(status=TillState.OPEN))
    own = [till for till in rows if till.holder_id is not None and till.holder_id == staff]
    shared = [till for till in rows if till.holder_id is None]
    chosen = own or (shared if len(shared) == 1 else rows if len(rows) == 1 else [])
    return chosen[0] if chosen else None


def shown_moves(till: Till) -> list[TillMove]:
    """Return the moves that may be seen: sales and refunds only after the count, because it is blind."""
    rows = till.moves.select_related("payment", "refund", "recipient").order_by("pk")
    return list(rows.filter(kind__in=BY_HAND) if till.is_open else rows)


def active_members(actor: Actor) -> Sequence[Membership]:
    """Return the active people of the restaurant, by name."""
    rows = Membership.objects.visible_to(actor).active().select_related("staff")
    return sorted(rows, key=lambda member: str(member.staff))


def may_hold(member: Membership) -> bool:
    """Return whether a person may hold a till."""
    return Permission.USE_TILL in PERMISSIONS[Role(member.role)]
