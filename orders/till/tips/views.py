"""The page of tips: who has how much of a day, the pool, and corrections. It works without JavaScript."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from orders.billing.forms import once_in, typed_amount
from orders.billing.transitions import TipTo
from orders.till import services
from orders.till.tips.book import HOUSE, POOL, Holder
from orders.till.tips.page import read_page

MOST_PEOPLE = 500


@require_GET
@page_requires(Permission.CLOSE_DAY)
def tips(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the tips of a business day: `day` of the address, or this one."""
    return _page(request, actor, _day_in(request.GET, actor))


@require_POST
@page_requires(Permission.CLOSE_DAY)
def share(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Share the pool of a day among the ticked people."""
    day = _day_in(request.POST, actor)
    numbers = (whole_number(each, least=1) for each in request.POST.getlist("staff")[:MOST_PEOPLE])
    people = [number for number in numbers if number is not None]

    def act() -> Any:
        return services.share_pool(day=day, staff=people, actor=actor)

    return _act(request, actor, day, act, gettext("The pool is shared."), "share")


@require_POST
@page_requires(Permission.CLOSE_DAY)
def correct(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Give tips of a day to somebody else."""
    day = _day_in(request.POST, actor)

    def act() -> Any:
        return services.correct_tips(
            day=day,
            amount=typed_amount(request.POST, "amount") or ZERO,
            giver=_holder_in(request.POST, "from"),
            taker=_holder_in(request.POST, "to"),
            reason=request.POST.get("reason", ""),
            once=once_in(request),
            actor=actor,
        )

    return _act(request, actor, day, act, gettext("The correction is booked."), "correct")


def _act(
    request: HtmxHttpRequest, actor: Actor, day: date, service: Callable[[], Any], done: str, part: str
) -> HttpResponse:
    """Call a service and return to the day, or show it with the refusal beside the form named by `part`."""
    try:
        service()
    except DomainError as refusal:
        context = {"problem": refusal.message, "problem_part": part, "typed": request.POST}
        return with_status(_page(request, actor, day, **context), refusal)
    messages.success(request, done)
    return redirect(f"{reverse('till:tips')}?day={day.isoformat()}")


def _page(request: HtmxHttpRequest, actor: Actor, day: date, **context: Any) -> HttpResponse:
    restaurant = restaurant_of(actor)
    return render(request, "till/tips.html", {"page": read_page(restaurant, day), "restaurant": restaurant, **context})


def _day_in(data: QueryDict, actor: Actor) -> date:
    """Return the day of an address or a form; nonsense is this business day."""
    today = restaurant_of(actor).business_date(timezone.now())
    try:
        day = date.fromisoformat(data.get("day", ""))
    except ValueError:
        return today
    return day if 2000 <= day.year < 2200 else today


def _holder_in(data: QueryDict, name: str) -> Holder:
    """Return the pool, the house or a person of a form. Raises InvalidInput."""
    typed = data.get(name, "")
    if typed in (TipTo.POOL, TipTo.HOUSE):
        return POOL if typed == TipTo.POOL else HOUSE
    staff = whole_number(typed, least=1)
    if staff is None:
        message = gettext("Choose whose tips they are.")
        raise InvalidInput(message, fields={name: [message]})
    return Holder(TipTo.PERSON, staff)
