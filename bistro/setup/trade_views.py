"""Pages of the set-up: menu, stations, room."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from bistro.setup.sample_menus import SAMPLES, sample_menu
from bistro.setup.step_pages import save_step, step_page
from bistro.setup.trade_forms import RoutesForm, StationsForm, TablesForm
from kitchen.models import Station
from kitchen.services import stations as station_services
from menu.models import Category, Item
from menu.services import import_menu
from tables.models import Section, Table
from tables.services import add_rows_of_tables


# --- menu ----------------------------------------------------------------------------------------------------------
@require_GET
@page_requires(Permission.MANAGE)
def menu(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the ways to a menu: a file, a sample, by hand."""
    return step_page(request, actor, "menu", **_menu(actor))


@require_POST
@page_requires(Permission.MANAGE)
def add_sample(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Add a sample menu to a restaurant without dishes."""
    key = request.POST.get("sample", "")
    if key not in SAMPLES:
        raise Http404(_("There is no such sample."))
    try:
        if Item.objects.visible_to(actor).not_archived().exists():
            raise InvalidInput(_("There are dishes already. A sample is only for an empty menu."), code="menu_in_use")
        categories = sample_menu(key, restaurant_of(actor).currency)
        import_menu(categories=categories, actor=actor, add_only=True)  # dishes added meanwhile keep their prices
    except DomainError as refusal:
        return with_status(step_page(request, actor, "menu", problem=refusal.message, **_menu(actor)), refusal)
    messages.success(request, _("The sample menu is added. Change names and prices in the admin."))
    return redirect("setup:menu")


def _menu(actor: Actor) -> dict[str, Any]:
    return {
        "dishes": Item.objects.visible_to(actor).not_archived().count(),
        "categories": Category.objects.visible_to(actor).not_archived().count(),
        "samples": [(key, name) for key, (name, _categories) in SAMPLES.items()],
    }


# --- stations ------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def stations(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the stations, and add some by name."""
    page = _stations(actor)
    if request.method == "GET":
        return step_page(request, actor, "stations", form=StationsForm(), **page)

    def save(said: dict[str, Any]) -> None:
        station_services.add_stations_by_name(names=said["names"], actor=actor)

    form, done = StationsForm(request.POST), _("The stations are added.")
    return save_step(request, actor, "stations", form, save, done=done, back="setup:stations", context=page)


@require_POST
@page_requires(Permission.MANAGE)
def routes(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Say which station makes each category."""
    page = _stations(actor) | {"form": StationsForm()}
    form = RoutesForm(request.POST, actor=actor)

    def save(said: dict[str, Any]) -> None:
        station_services.route_categories(routes=said["routes"], actor=actor)

    done = _("The kitchen knows where each category is made.")
    return save_step(request, actor, "stations", form, save, done=done, context=page, form_name="routes")


def _stations(actor: Actor) -> dict[str, Any]:
    return {"stations": Station.objects.visible_to(actor).not_archived(), "routes": RoutesForm(actor=actor)}


# --- room ----------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@page_requires(Permission.MANAGE)
def room(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the sections with their tables, and add tables in rows."""
    tables = list(Table.objects.visible_to(actor).not_archived().select_related("section"))
    page: dict[str, Any] = {"sections": _sections(actor, tables)}
    if request.method == "GET":
        return step_page(request, actor, "room", form=TablesForm(initial=_next_tables(tables)), **page)

    def save(said: dict[str, Any]) -> None:
        add_rows_of_tables(**said, actor=actor)

    form = TablesForm(request.POST)
    count = form.cleaned_data.get("count", 0) if form.is_valid() else 0
    done = ngettext("%(count)s table is added.", "%(count)s tables are added.", count) % {"count": count}
    return save_step(request, actor, "room", form, save, done=done, back="setup:room", context=page)


def _sections(actor: Actor, tables: list[Table]) -> list[dict[str, Any]]:
    of_section: dict[int, list[str]] = {}
    for table in tables:
        of_section.setdefault(table.section_id, []).append(table.name)
    rows = Section.objects.visible_to(actor)
    return [{"name": row.name, "tables": of_section.get(row.pk, [])} for row in rows]


def _next_tables(tables: list[Table]) -> dict[str, Any]:
    """Return the start values of the form: the number after the largest one."""
    numbers = [int(last) for table in tables if (last := table.name.rpartition(" ")[2]).isdecimal() and len(last) < 5]
    section = _("Room") if not tables else ""
    return {"section": section, "word": _("Table"), "first": max(numbers, default=0) + 1, "seats": 4}
