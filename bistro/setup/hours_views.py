"""Pages of the opening hours: the week, and days that are different."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.opening_times import Service
from bistro.core.kernel.roles import Permission
from bistro.core.models import OpeningException, OpeningHours
from bistro.core.services import hours as hours_services
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest
from bistro.setup.hours_forms import WEEKDAYS, ExceptionForm, HoursForm, copy_first_day
from bistro.setup.step_pages import save_step, step_page


@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def hours(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show and change the services of the week."""
    page = _page(actor)
    if request.method == "GET":
        return step_page(request, actor, "hours", **page)
    form, done = HoursForm(request.POST), _("The opening hours are saved.")
    if "like_first" in request.POST and form.is_valid():
        form, done = _with_copies(form, done)

    def save(said: dict[str, Any]) -> None:
        hours_services.set_opening_hours(services=said["services"], actor=actor)

    return save_step(request, actor, "hours", form, save, done=done, back="setup:hours", context=page)


@require_POST
@page_requires(Permission.MANAGE)
def add_exception(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Add a day that is different."""
    page = _page(actor)

    def save(said: dict[str, Any]) -> None:
        hours_services.add_opening_exception(**said, actor=actor)

    form = ExceptionForm(request.POST, today=_today(actor))
    done, name = _("The day is added."), "exception_form"
    return save_step(request, actor, "hours", form, save, done=done, back="setup:hours", context=page, form_name=name)


@require_POST
@page_requires(Permission.MANAGE)
def remove_exception(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Remove a day that was different."""
    hours_services.remove_opening_exception(exception_id=pk, actor=actor)
    messages.success(request, _("The day is removed."))
    return redirect("setup:hours")


def _page(actor: Actor) -> dict[str, Any]:
    here = OpeningHours.objects.visible_to(actor)
    services = [Service(row.weekday, row.opens, row.closes) for row in here]
    today = _today(actor)
    return {
        "form": HoursForm(services=services),
        "exception_form": ExceptionForm(today=today),
        "exceptions": OpeningException.objects.visible_to(actor).filter(day__gte=today),
    }


def _today(actor: Actor) -> Any:
    return restaurant_of(actor).business_date(timezone.now())


def _with_copies(form: HoursForm, done: str) -> tuple[HoursForm, str]:
    """Return the form with the first filled day's services on the empty days after it, and what to say of it."""
    copied, first, days = copy_first_day(form.data)
    if first is None:
        form.add_error(None, _("Fill in one day first."))
        return form, done
    if days:
        named = {"day": WEEKDAYS[first], "days": ", ".join(str(WEEKDAYS[day]) for day in days)}
        words = _("The hours of %(day)s are now also those of: %(days)s. Empty the days on which you are closed.")
        done = f"{done} {words % named}"
    return HoursForm(copied), done
