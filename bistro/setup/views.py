"""Pages of the set-up: the overview, and the steps about the owner, the restaurant and tax."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import activate, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bistro.core.auth.access import SESSION_RESTAURANT, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.languages import language_for
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Restaurant, Staff
from bistro.core.services.own_login import replace_one_time_login
from bistro.core.web.page_access import page_requires, restaurant_of_page
from bistro.core.web.pages import HtmxHttpRequest, with_status
from bistro.core.web.shell import SEVERAL_RESTAURANTS
from bistro.setup import services
from bistro.setup.browser import is_undecided, speak_as_browser, suggested
from bistro.setup.checklist import BY_KEY, State, progress_of
from bistro.setup.forms import TAX_KINDS, AccountForm, CopyForm, RestaurantForm, TaxForm
from bistro.setup.known_taxes import known_taxes
from bistro.setup.step_pages import INVALID, focus_error, save_step, say, step_page
from menu.taxes import DishTax


@require_GET
@page_requires(Permission.MANAGE)
def overview(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show every step with its state and what depends on it."""
    speak_as_browser(request, actor)
    return _overview(request, actor)


@require_POST
@page_requires(Permission.MANAGE)
def skip(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Skip an optional step, or want it after all."""
    step = request.POST.get("step", "")
    if step not in BY_KEY:
        raise Http404(_("There is no such step."))
    try:
        services.skip_step(step=step, skip="again" not in request.POST, actor=actor)
    except DomainError as refusal:
        return with_status(_overview(request, actor, refused=step, problem=refusal.message), refusal)
    return redirect("setup:overview")


@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def copy(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Ask for the name of another house, copy this restaurant, and continue in the copy."""
    form = CopyForm(request.POST or None)
    page = {"form": form, "restaurant": restaurant_of(actor), "is_owner": Role.OWNER in actor.roles}
    if request.method == "GET":
        return render(request, "setup/copy.html", page)
    if not form.is_valid():
        focus_error(form)
        return render(request, "setup/copy.html", page, status=INVALID)
    try:
        copied = services.copy_restaurant(name=form.cleaned_data["name"], actor=actor)
    except DomainError as refusal:
        say(form, refusal)
        return with_status(render(request, "setup/copy.html", page), refusal)
    request.session[SESSION_RESTAURANT], request.session[SEVERAL_RESTAURANTS] = copied.pk, True
    messages.success(request, _("%(name)s is ready. You are in this restaurant now.") % {"name": copied.name})
    return redirect("setup:overview")


def _overview(request: HtmxHttpRequest, actor: Actor, **context: Any) -> HttpResponse:
    assert actor.restaurant_id is not None
    steps = progress_of(actor.restaurant_id)
    missing = [each for each in steps if each.state == State.MISSING]
    page = {
        "steps": steps,
        "missing": missing,
        "restaurant": restaurant_of_page(request, actor),
        "is_owner": Role.OWNER in actor.roles,
        **context,
    }
    return render(request, "setup/overview.html", page)


@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def account(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Replace the login that the server printed by the owner's own."""
    speak_as_browser(request, actor)
    mine = request.user
    one_time = isinstance(mine, Staff) and mine.password_is_one_time
    if request.method == "GET":
        return step_page(request, actor, "account", form=AccountForm(), one_time=one_time)

    def save(said: dict[str, Any]) -> None:
        wanted = {name: said[name] for name in ("email", "name", "password")}
        update_session_auth_hash(request, replace_one_time_login(**wanted, actor=actor))

    done = _("Your login is saved. Sign in with your e-mail address and your password from now on.")
    return save_step(
        request, actor, "account", AccountForm(request.POST), save, done=done, context={"one_time": one_time}
    )


@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def restaurant(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Change the name, the texts of documents, the currency and the time zone."""
    speak_as_browser(request, actor)
    here: Restaurant = restaurant_of(actor)
    if request.method == "GET":
        form = RestaurantForm(instance=here, initial=suggested(request, here))
        return step_page(request, actor, "restaurant", form=form, undecided=is_undecided(here))
    form = RestaurantForm(request.POST, instance=here)

    def save(said: dict[str, Any]) -> None:
        services.save_restaurant(values=said, actor=actor)
        activate(language_for(actor, form.instance))  # the next page has the new language, and its message too

    return save_step(request, actor, "restaurant", form, save, done=gettext_lazy("The restaurant is saved."))


@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def tax(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Choose the kind of house, its rates, and whether prices contain the tax."""
    here = restaurant_of(actor)
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    known = known_taxes(here)
    kind = asked if asked in TAX_KINDS else known.kind
    page: dict[str, Any] = {
        "kind": kind,
        "kinds": [(key, words) for key, (words, _fields) in TAX_KINDS.items()],
        "taxes": known.names,
    }
    if request.method == "GET":
        return step_page(
            request, actor, "tax", form=TaxForm(kind=kind, initial={"tax_mode": here.tax_mode, **known.rates}), **page
        )

    def save(said: dict[str, Any]) -> None:
        eaten_in, away = said.get("rate", ()), said.get("take_away")
        default = DishTax(eaten_in, None if away == eaten_in else away)
        others = [DishTax(said["drinks"])] if "drinks" in said else []
        services.choose_taxes(default=default, others=others, tax_mode=said["tax_mode"], actor=actor)

    form = TaxForm(request.POST, kind=kind)
    return save_step(request, actor, "tax", form, save, done=_("The tax is saved."), context=page)
