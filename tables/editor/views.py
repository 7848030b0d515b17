"""The page of the floor editor. Scripts draw and save the plan (`PUT /api/v1/floor-plan`); layouts are plain forms."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from tables import services
from tables.access import layout_for, plan_for
from tables.editor.words import editor_words
from tables.floor_plans import FloorPlan


@require_GET
@page_requires(Permission.MANAGE)
def editor(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the editor with the plan in a layout, or in the one in use."""
    return _page(request, plan_for(actor, request.GET.get("layout") or None))


@require_POST
@page_requires(Permission.MANAGE)
def add_layout(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Add a layout that starts as a copy of how the tables stand now, and open it."""
    try:
        made = services.add_layout(name=request.POST.get("name", ""), actor=actor)
    except DomainError as refusal:
        return with_status(_page(request, plan_for(actor), refusal.message), refusal)
    return _opened(str(made.uid))


@require_POST
@page_requires(Permission.MANAGE)
def use_layout(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Put the tables where a layout places them."""
    layout = layout_for(actor, pk)
    return _act(
        request,
        actor,
        lambda: services.use_layout(layout_uid=str(layout.uid), actor=actor),
        gettext("The room now stands as in “%(name)s”.") % {"name": layout.name},
    )


@require_POST
@page_requires(Permission.MANAGE)
def remove_layout(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Remove a layout that is not in use."""
    layout = layout_for(actor, pk)
    return _act(
        request,
        actor,
        lambda: services.remove_layout(layout_uid=str(layout.uid), actor=actor),
        gettext("The layout “%(name)s” is removed.") % {"name": layout.name},
    )


def _act(request: HtmxHttpRequest, actor: Actor, act: Callable[[], object], done: str) -> HttpResponse:
    try:
        act()
    except DomainError as refusal:
        return with_status(_page(request, plan_for(actor), refusal.message), refusal)
    messages.success(request, done)
    return redirect("floor-editor:editor")


def _opened(layout_uid: str) -> HttpResponse:
    return redirect(f"{reverse('floor-editor:editor')}?{urlencode({'layout': layout_uid})}")


def _page(request: HtmxHttpRequest, plan: FloorPlan, problem: str = "") -> HttpResponse:
    content: dict[str, Any] = {"version": plan.version, **plan.content()}
    page = {"plan": plan, "content": content, "problem": problem, "words": editor_words()}
    return render(request, "floor_editor/editor.html", page)
