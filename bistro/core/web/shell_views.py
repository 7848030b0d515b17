"""Pages of the shell: the list of alarms, and the choice of a light or dark screen."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, next_page
from bistro.core.web.shell import THEME_COOKIE, THEMES, alarms_of

THEME_AGE = 400 * 24 * 3600  # the longest age that browsers keep


@require_GET
@page_requires(Permission.WATCH_FLOOR)
def alarms(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the alarms as a page, or as the parts of the shell that changed. Nothing new is 204."""
    found = alarms_of(actor)
    if not request.htmx:
        return render(request, "shell/alarms_page.html", {"alarms": found})
    if found is not None and request.GET.get("known") == found.known:
        return HttpResponse(status=204)
    return render(request, "shell/alarms.html#parts", {"alarms": found, "oob": True})


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember whether this browser shows light or dark pages, or follows the device."""
    answer = redirect(next_page(request, reverse("start")))
    theme = request.POST.get("theme", "")
    if theme == "auto":
        answer.delete_cookie(THEME_COOKIE)
    elif theme in THEMES:
        answer.set_cookie(THEME_COOKIE, theme, max_age=THEME_AGE, secure=settings.HTTPS, httponly=True, samesite="Lax")
    return answer
