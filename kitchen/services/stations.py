"""Set-up of the kitchen: stations, routes, screens."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Device
from bistro.core.writing.configuration_events import ConfigurationAdded
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import ModifierRoute, Route, Screen, Station
from kitchen.setup_events import KitchenChanged
from kitchen.setup_steps import add_stations, copy_of, copy_routes, hang_screen, settle_categories
from menu.models import Category, Item, Modifier
from menu.steps import touch_menu

Row = TypeVar("Row", Category, Item)


def set_up_kitchen(
    *,
    stations: Sequence[tuple[str, str, int]],
    routes: Mapping[str, str],
    items: Mapping[str, str],
    actor: Actor,
    cooks: Mapping[str, int] | None = None,
    modifiers: Mapping[str, str] | None = None,
) -> list[Station]:
    """Create stations `(key, name, position)` and route categories and items, by name, to their keys.

    A modifier is routed in every group that holds it. The first station is the catch-all; each has one cook, or the
    number in `cooks`. Raises InvalidInput for a name that is not on the menu, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        made = add_stations(stations, work, cooks=cooks)
        categories = {row.name_key: row for row in Category.objects.visible_to(actor).not_archived()}
        dishes = {row.name_key: row for row in Item.objects.visible_to(actor).not_archived()}
        for name, key in routes.items():
            category = _named(categories, name)
            Route.objects.create(restaurant_id=work.restaurant_id, station=made[key], category=category)
        for name, key in items.items():
            Route.objects.create(restaurant_id=work.restaurant_id, station=made[key], item=_named(dishes, name))
        for name, key in (modifiers or {}).items():
            _route_choices(name, made[key], work)
    return list(made.values())


def add_stations_by_name(*, names: Sequence[str], actor: Actor) -> list[Station]:
    """Add stations at the end. The first station of a restaurant takes the dishes without a station.

    Locks: restaurant, its stations. Raises InvalidInput if a name is taken, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        present = list(Station.objects.of_restaurant(work.restaurant_id).locked())
        taken = {name_key(row.name) for row in present if row.archived_at is None}
        if (known := next((name for name in names if name_key(name) in taken), None)) is not None:
            message = gettext("There is already a station “%(known)s”.") % {"known": known}
            raise InvalidInput(message, fields={"names": [message]})
        after = max((row.position for row in present), default=-1) + 1
        asked = [(name, name, after + place) for place, name in enumerate(names)]
        has_catch_all = any(row.is_catch_all for row in present)
        return list(add_stations(asked, work, has_catch_all=has_catch_all).values())


def copy_station(*, station_id: int, name: str, with_routes: bool, actor: Actor) -> Station:
    """Copy a station with its pace and limits under a new name, at the end. The copy is never the catch-all.

    With routes it also cooks what the original cooks, so that each dish gets a ticket at both.
    Locks: restaurant. Raises InvalidInput for a name that is empty, too long or taken, NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        here = Station.objects.visible_to(actor)
        station = here.filter(pk=station_id).first()
        if station is None:
            raise NotYours(gettext("There is no such station."), code="station_not_found")
        copy = copy_of(station, clean_text(name), here.next_position(), work)
        if with_routes:
            copy_routes(station, copy, work)
        work.record(ConfigurationAdded(row=copy, pk=copy.pk, changed={"copy of": (None, station.name)}))
        work.record(KitchenChanged(what=f"station {copy.name}", restaurant_id=work.restaurant_id))
        touch_menu(work, f"stations and routes: {copy.name}"[:200])
    return copy


def route_categories(*, routes: Mapping[int, int | None], actor: Actor) -> None:
    """Route each category `{category: station}` to that station only; None leaves it to the catch-all.

    Locks: the restaurant's stations. Raises NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        stations = {row.pk for row in Station.objects.visible_to(actor).not_archived().locked()}
        categories = set(Category.objects.visible_to(actor).not_archived().values_list("pk", flat=True))
        if not routes.keys() <= categories or not {pk for pk in routes.values() if pk is not None} <= stations:
            raise NotYours(gettext("There is no such station or category."), code="station_not_found")
        settle_categories(routes, work)


def place_screen(*, device_id: int, station_ids: Sequence[int], actor: Actor) -> Screen:
    """Assign a wall screen to stations (none: all). Its open sockets close and reconnect with the new view.

    Raises NotYours, InvalidInput, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = Device.objects.visible_to(actor).filter(pk=device_id).locked().first()
        if device is None:
            raise NotYours(gettext("There is no such device."), code="device_not_found")
        return hang_screen(device, station_ids, work)


def _route_choices(name: str, station: Station, work: UnitOfWork) -> None:
    choices = Modifier.objects.of_restaurant(work.restaurant_id).not_archived().filter(name_key=name_key(name))
    if not choices:
        raise _unknown(name)
    for choice in choices:
        ModifierRoute.objects.create(restaurant_id=work.restaurant_id, station=station, modifier=choice)


def _named(rows: Mapping[str, Row], name: str) -> Row:
    row = rows.get(name_key(name))
    if row is None:
        raise _unknown(name)
    return row


def _unknown(name: str) -> InvalidInput:
    return InvalidInput(gettext("“%(name)s” is not on the menu.") % {"name": name}, fields={"routes": [name]})
