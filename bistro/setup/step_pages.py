"""The shared parts of the pages of single steps: show the step, save its form, say why it was refused, go on."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.web.pages import HtmxHttpRequest, with_status
from bistro.setup.browser import speak_as_browser
from bistro.setup.checklist import BY_KEY, STEPS, progress_of

INVALID = 422


def step_page(request: HtmxHttpRequest, actor: Actor, key: str, *, status: int = 200, **context: Any) -> HttpResponse:
    """Return the page of one step with its state and the way to the others."""
    assert actor.restaurant_id is not None
    speak_as_browser(request, actor)
    place = next(place for place, step in enumerate(STEPS) if step.key == key)
    progress = progress_of(actor.restaurant_id)
    following = STEPS[place + 1] if place + 1 < len(STEPS) else None
    page = {"progress": progress[place], "following": following, **context}
    return render(request, f"setup/{key}.html", page, status=status)


def save_step(
    request: HtmxHttpRequest,
    actor: Actor,
    key: str,
    form: forms.BaseForm,
    save: Callable[[dict[str, Any]], object],
    *,
    done: str | Promise,
    back: str = "setup:overview",
    context: Mapping[str, Any] | None = None,
    form_name: str = "form",
) -> HttpResponse:
    """Save a valid form and go to `back` with the message `done`; else show the page with everything that was typed.

    A form that is sent by “Next step” names that step as `go_on`, and goes there.
    """
    page = {**(context or {}), form_name: form}
    if not form.is_valid():
        focus_error(form)
        return step_page(request, actor, key, status=INVALID, **page)
    try:
        save(form.cleaned_data)
    except DomainError as refusal:
        say(form, refusal)
        return with_status(step_page(request, actor, key, **page), refusal)
    messages.success(request, str(done))
    wanted = request.POST.get("go_on", "")
    return redirect(f"setup:{wanted}" if wanted in BY_KEY else back)


def say(form: forms.BaseForm, refusal: DomainError) -> None:
    """Add a refusal to the fields that it names, or to the whole form."""
    placed = {name: said for name, said in refusal.fields.items() if name in form.fields}
    for name, said in placed.items():
        form.add_error(name, refusal.message if len(placed) == 1 and name != "password" else said)
    if not placed:
        form.add_error(None, refusal.message)
    focus_error(form)


def focus_error(form: forms.BaseForm) -> None:
    """Let the browser go to the first field with an error, or to the first field if the error is of the whole form."""
    first = next((name for name in form.fields if name in form.errors), next(iter(form.fields), None))
    if first is not None:
        form.fields[first].widget.attrs["autofocus"] = True
