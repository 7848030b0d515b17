"""The page on which staff mark a dish sold out, count its portions or bring it back, by plain forms."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action, next_page
from menu import services
from menu.access import item_for
from menu.models import Item
from menu.services.availability import END_OF_SERVICE, MOST_PORTIONS

UNDO_OFFERED = timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@page_requires(Permission.SET_AVAILABILITY)
def availability(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show the availability of a dish with its buttons, and do what a button says.

    htmx gets the part `menu/availability.html`. Other clients go to `next`, or back to this page.
    """
    item = item_for(actor, pk)
    if request.method != "POST":
        return _shown(request, item)

    def part(_result: Item | None, refusal: DomainError | None) -> HttpResponse:
        return _shown(request, item_for(actor, pk), refusal)

    return answer_action(
        request,
        lambda: _act(request.POST, pk, actor),
        back=next_page(request, reverse("menu:availability", args=[pk])),
        part=part,
        page=lambda refusal: part(None, refusal),
    )


def _shown(request: HtmxHttpRequest, item: Item, refusal: DomainError | None = None) -> HttpResponse:
    context = {
        "item": item,
        "undo": may_undo(item, timezone.now()),
        "problem": refusal.message if refusal else "",
        "next": next_page(request, ""),
    }
    return render(request, "menu/availability.html" if request.htmx else "menu/availability_page.html", context)


def may_undo(item: Item, now: datetime) -> bool:
    """Return whether the last change of a dish is so new that its undo is offered."""
    before = item.availability_before
    return before is not None and datetime.fromisoformat(before["at"]) > now - UNDO_OFFERED


def _act(form: QueryDict, pk: int, actor: Actor) -> Item:
    """Call the service of the pressed button. Raises InvalidInput for another button or an unreadable value."""
    acts: dict[str, Callable[[], Item]] = {
        "off": lambda: services.set_available(item_id=pk, available=False, actor=actor),
        "end_of_service": lambda: services.set_available(
            item_id=pk, available=False, until=END_OF_SERVICE, actor=actor
        ),
        "time": lambda: services.set_available(item_id=pk, available=False, until=_time(form), actor=actor),
        "on": lambda: services.set_available(item_id=pk, available=True, actor=actor),
        "portions": lambda: services.set_portions(item_id=pk, portions_left=_portions(form), actor=actor),
        "undo": lambda: services.undo_availability(
            item_id=pk, change=whole_number(form.get("change", "")) or 0, actor=actor
        ),
    }
    act = acts.get(form.get("do", ""))
    if act is None:
        raise InvalidInput(gettext("Choose what to do."), fields={"do": [gettext("Unknown.")]})
    return act()


def _portions(form: QueryDict) -> int:
    count = whole_number(form.get("portions", "").strip(), most=MOST_PORTIONS)
    if count is None:
        message = gettext("Type the number of portions that are left.")
        raise InvalidInput(message, fields={"portions": [message]})
    return count


def _time(form: QueryDict) -> datetime:
    """Return the next instant at which the restaurant's clock shows the typed time."""
    try:
        typed = time.fromisoformat(form.get("until", "").strip())
    except ValueError:
        message = gettext("Type a time such as 18:30.")
        raise InvalidInput(message, fields={"until": [message]}) from None
    zone, now = timezone.get_current_timezone(), timezone.now()
    today = now.astimezone(zone).date()
    instants = (
        datetime.combine(day, typed.replace(tzinfo=None), tzinfo=zone) for day in (today, today + timedelta(days=1))
    )
    return next(instant for instant in instants if instant > now)
