"""Services of opening hours."""

from collections.abc import Iterable, Sequence
from datetime import date, time

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.opening_times import Service, overlap
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import OpeningException, OpeningHours
from bistro.core.writing.hours_events import OpeningHoursChanged
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork

MOST_EXCEPTIONS = 400  # from today on: past ones are on no page


def set_opening_hours(*, services: Sequence[Service], actor: Actor) -> None:
    """Replace the services of all weekdays. Locks: restaurant. Raises InvalidInput, NotPermitted."""
    actor.require(Permission.MANAGE)
    if (both := overlap(services)) is not None:
        raise InvalidInput(
            gettext("Two services overlap: %(first)s and %(second)s.")
            % {"first": _words(both[0]), "second": _words(both[1])},
            code="hours_overlap",
        )
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        here = OpeningHours.objects.of_restaurant(work.restaurant_id)
        before = [Service(row.weekday, row.opens, row.closes) for row in here]
        if sorted(before) == sorted(services):
            return
        here.delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(restaurant_id=work.restaurant_id, weekday=each.weekday, opens=each.opens, closes=each.closes)
            for each in sorted(services)
        )
        words = {"before": _all_words(before), "after": _all_words(services)}
        work.record(OpeningHoursChanged(restaurant_id=work.restaurant_id, what="week", change=words))


def add_opening_exception(
    *, day: date, opens: time | None, closes: time | None, reason: str, actor: Actor
) -> OpeningException:
    """Add a service on a date, or without times a closed day.

    Locks: restaurant. Raises InvalidInput if the day has a service at that time or is closed, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        today = lock_restaurant(work).business_date(work.now)
        here = OpeningException.objects.of_restaurant(work.restaurant_id)
        if here.filter(day__gte=today).count() >= MOST_EXCEPTIONS:
            raise InvalidInput(
                gettext("%(most_exceptions)s days from today on are listed already. Remove one first.")
                % {"most_exceptions": MOST_EXCEPTIONS}
            )
        _refuse_conflict(day, opens, closes, list(here.filter(day=day)))
        row: OpeningException = here.create(
            restaurant_id=work.restaurant_id, day=day, opens=opens, closes=closes, reason=clean_text(reason)
        )
        work.record(_exception_event(row, "added", work))
    return row


def remove_opening_exception(*, exception_id: int, actor: Actor) -> None:
    """Remove an exception, so that the weekday's services count again. Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        row = OpeningException.objects.of_restaurant(work.restaurant_id).filter(pk=exception_id).locked().first()
        if row is None:
            raise NotYours(gettext("There is no such day."), code="exception_not_found")
        work.record(_exception_event(row, "removed", work))
        row.delete()


def _refuse_conflict(day: date, opens: time | None, closes: time | None, there: list[OpeningException]) -> None:
    if not there:
        return
    if opens is None or closes is None or any(row.opens is None for row in there):
        message = gettext("%(day)s is listed already. Remove it first.") % {"day": format(day, "%Y-%m-%d")}
        raise InvalidInput(message, code="day_listed", fields={"day": [message]})
    new = Service(day.weekday(), opens, closes)
    known = [Service(day.weekday(), row.opens, row.closes) for row in there if row.opens and row.closes]
    if (both := overlap([new, *known])) is not None:
        message = gettext("Two services of this day overlap: %(times)s and %(times2)s.") % {
            "times": _times(both[0]),
            "times2": _times(both[1]),
        }
        raise InvalidInput(message, code="hours_overlap", fields={"opens": [message]})


def _exception_event(row: OpeningException, what: str, work: UnitOfWork) -> OpeningHoursChanged:
    times = None if row.opens is None else f"{row.opens:%H:%M}–{row.closes:%H:%M}"
    change = {"day": row.day.isoformat(), "times": times, "reason": row.reason}
    return OpeningHoursChanged(restaurant_id=work.restaurant_id, what=f"day {what}", change=change)


def _all_words(services: Iterable[Service]) -> list[str]:
    return [_words(service) for service in sorted(services)]


def _words(service: Service) -> str:
    return f"{date(2024, 1, 1 + service.weekday):%A} {_times(service)}"  # 1 January 2024 was a Monday


def _times(service: Service) -> str:
    return f"{service.opens:%H:%M}–{service.closes:%H:%M}"
