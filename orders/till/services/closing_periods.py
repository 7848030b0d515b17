"""The service that closes a day, a month or a year."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.database.named_locks import lock_name
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import ZERO, text
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.services import Once
from orders.till.chain import FORMULA, canonical, chained
from orders.till.events import PeriodClosed
from orders.till.models import Closing, CountedBill, TillMove
from orders.till.reports.payloads import payload_of, period_json, summed
from orders.till.reports.periods import Counting, Period, day_to_close, last_of, read_period
from orders.till.services.locking import keys, known
from orders.till.transitions import ClosingKind


def close_period(
    *, actor: Actor, kind: ClosingKind = ClosingKind.DAY, day: date | None = None, once: Once | None = None
) -> tuple[Closing, bool]:
    """Close a day, or the month or year of a day; return the closing and whether an equal request made it before.

    A day has all money and sales that no closing has had, up to its end. Nothing stops it: open bills, payments under
    way and uncounted tills are listed. Without `day` it is the oldest day that is not closed, or today.
    Locks: the name of the restaurant's closings, moves. Raises LostRace (`period_closed`), InvalidInput
    (`day_not_begun`, `period_not_over`, `nothing_to_close`), ReusedKey, NotPermitted.
    """
    actor.require(Permission.CLOSE_DAY)
    with UnitOfWork(actor) as work:
        lock_name(f"closing:{work.restaurant_id}")  # so that numbers have no gap and the chain no fork
        if (before := known(Closing, once, work)) is not None:
            return before, True
        restaurant = Restaurant.objects.get(pk=work.restaurant_id)
        today = restaurant.business_date(work.now)
        if kind == ClosingKind.DAY:
            closing = _close_day(restaurant, day or day_to_close(restaurant, today), today, work, once)
        else:
            closing = _close_sum(restaurant, kind, day or today, today, work, once)
        work.record(PeriodClosed(closing=closing, currency=restaurant.currency))
    return closing, False


def _close_day(restaurant: Restaurant, day: date, today: date, work: UnitOfWork, once: Once | None) -> Closing:
    if day > today:
        message = _("This day has not begun.")
        raise InvalidInput(message, code="day_not_begun", fields={"day": [message]})
    last = last_of(restaurant)
    _require_later(last, day)
    period = read_period(restaurant, day, lock=True)
    sales = period.figures.sale
    perpetual = sales + (last.perpetual if last else ZERO)
    closing = _insert(ClosingKind.DAY, last, day, sales, perpetual, period_json(period), work, once)
    TillMove.objects.filter(pk__in=[move.pk for move in period.moves]).update(closing=closing)
    _note_counted(period)
    return closing


def _close_sum(
    restaurant: Restaurant, kind: ClosingKind, day: date, today: date, work: UnitOfWork, once: Once | None
) -> Closing:
    """Close a month or year that is over: all closed days up to its end that no closing of its kind has had.

    A day that is closed after its month is in the next one.
    """
    end = _end_of(kind, day)
    if end >= today:
        message = _("This time is not over.")
        raise InvalidInput(message, code="period_not_over", fields={"day": [message]})
    last = last_of(restaurant, kind)
    _require_later(last, end)
    rows = Closing.objects.of_restaurant(restaurant.pk).filter(kind=ClosingKind.DAY, day__lte=end)
    days: Sequence[Closing] = list(rows.filter(number__gt=_last_number_in(last)).order_by("number"))
    if not days:
        raise InvalidInput(_("No day of it is closed."), code="nothing_to_close")
    sales = sum((each.sales for each in days), ZERO)
    body = summed(days, restaurant.currency)
    return _insert(kind, last, end, sales, days[-1].perpetual, {**body, "day": end.isoformat()}, work, once)


def _last_number_in(closing: Closing | None) -> int:
    """Return the number of the last day that a closing of a month or year has, 0 without one."""
    return 0 if closing is None else max(day["number"] for day in payload_of(closing)["days"])


def _require_later(last: Closing | None, day: date) -> None:
    """Refuse a second closing, and one before the last. Raises LostRace (`period_closed`)."""
    if last is not None and day <= last.day:
        raise LostRace(_("This is closed already."), code="period_closed", closing=last.pk, number=last.number)


def _insert(
    kind: ClosingKind,
    last: Closing | None,
    day: date,
    sales: Decimal,
    perpetual: Decimal,
    body: Mapping[str, Any],
    work: UnitOfWork,
    once: Once | None,
) -> Closing:
    """Insert a closing with the next number of its kind, at the end of the chain of all kinds."""
    newest = Closing.objects.of_restaurant(work.restaurant_id).order_by("-pk").first()
    number = last.number + 1 if last else 1
    facts = {
        "kind": kind.value,
        "number": number,
        "restaurant": work.restaurant_id,
        "perpetual": text(perpetual, body["currency"]),
        "closed_at": moment(work.now),
        "closed_by": work.actor.label[:120],
    }
    payload, previous = canonical({**body, **facts}), newest.hash if newest else ""
    return Closing.objects.create(
        kind=kind,
        number=number,
        day=day,
        sales=sales,
        perpetual=perpetual,
        payload=payload,
        formula_version=FORMULA,
        previous_hash=previous,
        hash=chained(previous, payload),
        closed_at=work.now,
        closed_by=work.actor.label[:120],
        **keys(once, work),
    )


def _note_counted(period: Period) -> None:
    """Keep what this closing has counted of each bill; bills that joined another one begin at nothing again."""
    currency, restaurant = period.restaurant.currency, period.restaurant.pk
    joined = [party for each in period.counted for party in each.family if party != each.book.party.pk]
    CountedBill.objects.of_restaurant(restaurant).filter(party__in=joined).update(figures={}, open=ZERO)
    CountedBill.objects.bulk_create(
        [_counted_row(each, restaurant, currency) for each in period.counted],
        update_conflicts=True,
        unique_fields=["party"],
        update_fields=["figures", "open"],
    )


def _counted_row(each: Counting, restaurant: int, currency: str) -> CountedBill:
    return CountedBill(
        restaurant_id=restaurant, party=each.book.party, figures=each.now.json(currency), open=each.book.open
    )


def _end_of(kind: ClosingKind, day: date) -> date:
    if kind == ClosingKind.YEAR:
        return date(day.year, 12, 31)
    return date(day.year, day.month, monthrange(day.year, day.month)[1])
