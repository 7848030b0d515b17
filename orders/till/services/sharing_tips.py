"""The services that share the pool of tips of a day, and correct whose a tip is. Both only add rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.database.named_locks import lock_name
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO, display, divide, units_of
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.services.locking import require_money, require_reason
from orders.billing.transitions import TipTo
from orders.services import Once
from orders.till.events import TipsMoved
from orders.till.models import TipMove
from orders.till.services.locking import keys, known, twice
from orders.till.tips.book import POOL, Holder, TipBook, people_of, read_book, rule_of_day
from orders.till.transitions import TipMoveKind


@dataclass(frozen=True, slots=True)
class Transfer:
    """Tips of a business day that go from one holder to another."""

    kind: TipMoveKind
    day: date
    amount: Decimal
    giver: Holder
    taker: Holder
    reason: str = ""


def share_pool(*, day: date, staff: Sequence[int], actor: Actor, once: Once | None = None) -> list[TipMove]:
    """Share the pool of a business day among people, by the points of their roles, and return the new rows.

    Shared once more, for example because somebody was forgotten or a tip came later, it adds rows for the differences.
    An equal request adds none: the first row has its key.
    Locks: the name of the restaurant's tips. Raises InvalidInput (`nothing_to_share`, `nobody_shares`,
    `not_a_colleague`, `day_not_begun`), ReusedKey, NotPermitted.
    """
    actor.require(Permission.CLOSE_DAY)
    with UnitOfWork(actor) as work:
        restaurant = _locked_restaurant(day, work)
        if known(TipMove, once, work) is not None:
            return []
        book = read_book(restaurant, day)
        parts = _parts(book, _points(staff, day, restaurant), restaurant)
        people = [holder.staff for holder in book.held if holder.staff is not None]
        rows: list[TipMove] = []
        for person in sorted({*people, *parts}):
            more = parts.get(person, ZERO) - book.of(Holder(TipTo.PERSON, person)).shared
            if more:
                rows.append(_insert(_share(person, more, day), restaurant, work, None if rows else once))
    return rows


def correct_tips(
    *, day: date, amount: Decimal, giver: Holder, taker: Holder, reason: str, actor: Actor, once: Once | None = None
) -> tuple[TipMove, bool]:
    """Give tips of a business day to somebody else; return the row and whether an equal request made it before.

    Locks: the name of the restaurant's tips. Raises InvalidInput (`tips_above_held`, `not_a_colleague`,
    `day_not_begun`), ReusedKey, NotPermitted.
    """
    actor.require(Permission.CLOSE_DAY)
    transfer = Transfer(TipMoveKind.CORRECTION, day, amount, giver, taker, reason)
    return twice(lambda: _correct(transfer, actor, once))


def _share(person: int, amount: Decimal, day: date) -> Transfer:
    """Return a share of the pool, or one that goes back into it where the amount is negative."""
    holder = Holder(TipTo.PERSON, person)
    giver, taker = (POOL, holder) if amount > 0 else (holder, POOL)
    return Transfer(TipMoveKind.SHARE, day, abs(amount), giver, taker)


def _correct(transfer: Transfer, actor: Actor, once: Once | None) -> tuple[TipMove, bool]:
    giver, taker = transfer.giver, transfer.taker
    with UnitOfWork(actor) as work:
        if (before := known(TipMove, once, work)) is not None:
            return before, True
        restaurant = _locked_restaurant(transfer.day, work)
        require_money(transfer.amount, restaurant.currency, "amount")
        reason = require_reason(transfer.reason)
        _require_people([holder.staff for holder in (giver, taker) if holder.staff is not None], restaurant)
        if giver == taker:
            message = _("Choose two different recipients.")
            raise InvalidInput(message, fields={"to": [message]})
        _require_held(transfer.amount, giver, read_book(restaurant, transfer.day), restaurant)
        row = _insert(replace(transfer, reason=reason), restaurant, work, once)
    return row, False


def _require_held(amount: Decimal, giver: Holder, book: TipBook, restaurant: Restaurant) -> None:
    """Refuse to take away more than a holder has. Raises InvalidInput (`tips_above_held`).

    A person's share of the pool stays where it is: the next sharing takes it back, and would do so once more.
    """
    tips = book.of(giver)
    held = tips.total if giver == POOL else tips.own + tips.corrected
    if amount <= held:
        return
    shown = display(max(held, ZERO), restaurant.currency, restaurant.locale)
    message = _("There are only %(amount)s in tips of this day to take away.") % {"amount": shown}
    if amount <= tips.total:
        message = _("This is a share of the pool. Share the pool again to change shares.")
    raise InvalidInput(message, code="tips_above_held", fields={"amount": [message]})


def _locked_restaurant(day: date, work: UnitOfWork) -> Restaurant:
    """Lock the tips of the restaurant, so that nothing is shared twice. Raises InvalidInput (`day_not_begun`)."""
    lock_name(f"tips:{work.restaurant_id}")
    restaurant: Restaurant = Restaurant.objects.get(pk=work.restaurant_id)
    if day > restaurant.business_date(work.now):
        message = _("This day has not begun.")
        raise InvalidInput(message, code="day_not_begun", fields={"day": [message]})
    return restaurant


def _points(staff: Sequence[int], day: date, restaurant: Restaurant) -> dict[int, int]:
    """Return the points of people by their roles, {staff id: points}. Raises InvalidInput."""
    _require_people(staff, restaurant)
    rule = rule_of_day(restaurant, day)
    points = {member.staff_id: rule.points_of(member.role) for member in people_of(restaurant, staff)}
    if not any(points.values()):
        message = _("Choose people whose roles have points.")
        raise InvalidInput(message, code="nobody_shares", fields={"staff": [message]})
    return points


def _require_people(staff: Sequence[int], restaurant: Restaurant) -> None:
    if len(people_of(restaurant, set(staff))) < len(set(staff)):
        message = _("Choose people of this restaurant.")
        raise InvalidInput(message, code="not_a_colleague", fields={"staff": [message]})


def _parts(book: TipBook, points: Mapping[int, int], restaurant: Restaurant) -> dict[int, Decimal]:
    """Return the part of each person in the pool, {staff id: amount}, by largest remainder."""
    if not book.to_share and not book.of(POOL).shared:
        raise InvalidInput(_("The pool of this day is empty."), code="nothing_to_share")
    rounding = restaurant.rounding
    units = divide(units_of(book.to_share, rounding), list(points.values()))
    return {person: rounding.amount(part) for person, part in zip(points, units, strict=True)}


def _insert(transfer: Transfer, restaurant: Restaurant, work: UnitOfWork, once: Once | None = None) -> TipMove:
    """Insert the row of a transfer and record it."""
    columns: dict[str, Any] = keys(once, work)
    row: TipMove = TipMove.objects.create(
        kind=transfer.kind,
        of_day=transfer.day,
        amount=transfer.amount,
        giver=transfer.giver.to,
        giver_staff_id=transfer.giver.staff,
        taker=transfer.taker.to,
        taker_staff_id=transfer.taker.staff,
        reason=transfer.reason,
        business_date=restaurant.business_date(work.now),
        made_at=work.now,
        made_by=work.actor.label[:120],
        **columns,
    )
    work.record(TipsMoved(row=row, currency=restaurant.currency))
    return row
