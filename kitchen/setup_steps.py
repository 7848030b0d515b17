"""Parts of a unit of work that sets up the kitchen. The caller holds the unit of work."""

from collections.abc import Collection, Mapping, Sequence

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Device
from bistro.core.writing.bulk_history import delete_with_history, insert_with_history
from bistro.core.writing.house_copies import HouseCopy
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from kitchen.models import ModifierRoute, Route, Screen, Station, Ticket
from kitchen.setup_events import KitchenChanged
from menu.models import Item
from menu.steps import touch_menu


def add_stations(
    stations: Sequence[tuple[str, str, int]],
    work: UnitOfWork,
    *,
    cooks: Mapping[str, int] | None = None,
    has_catch_all: bool = False,
) -> dict[str, Station]:
    """Create stations `(key, name, position)` and return them by key.

    The first is the catch-all, unless the restaurant has one; each has one cook, or the number in `cooks`.
    """
    require_transaction()
    made = {
        key: Station.objects.create(
            restaurant_id=work.restaurant_id,
            name=clean_text(name),
            position=position,
            is_catch_all=place == 0 and not has_catch_all,
            cooks=(cooks or {}).get(key, 1),
        )
        for place, (key, name, position) in enumerate(stations)
    }
    touch_menu(work, "stations and routes")  # compiled routes are cached per menu version
    work.record(KitchenChanged(what="set up", restaurant_id=work.restaurant_id))
    return made


PACE = ("cooks", "at_once", "soon_seconds", "late_seconds", "target_seconds", "watched")


def copy_of(station: Station, name: str, position: int, work: UnitOfWork) -> Station:
    """Create a station with the pace and limits of another one. Raises InvalidInput for its name."""
    require_transaction()
    pace = {field: getattr(station, field) for field in PACE}
    copy = Station(restaurant_id=work.restaurant_id, name=name, position=position, **pace)
    try:
        copy.clean_fields(exclude=[field.name for field in Station._meta.fields if field.name != "name"])
        copy.validate_constraints()
    except ValidationError as error:
        taken = not hasattr(error, "error_dict") or "name" not in error.error_dict
        message = gettext("This name is already in use.") if taken else " ".join(error.messages)
        raise InvalidInput(message, fields={"name": [message]}) from None
    copy.save()
    return copy


def copy_routes(station: Station, copy: Station, work: UnitOfWork) -> None:
    """Let a copy cook what the original cooks, beside it."""
    require_transaction()
    common = {"restaurant_id": work.restaurant_id, "station": copy}
    routes = Route.objects.of_restaurant(work.restaurant_id).filter(station=station)
    insert_with_history([Route(**common, item_id=row.item_id, category_id=row.category_id) for row in routes], work)
    choices = ModifierRoute.objects.of_restaurant(work.restaurant_id).filter(station=station)
    insert_with_history([ModifierRoute(**common, modifier_id=row.modifier_id) for row in choices], work)


def copy_kitchen(copy: HouseCopy) -> None:
    """Copy the stations and their routes into the copy of a restaurant, after its menu."""
    copy.copy(Station, Route, ModifierRoute)
    copy.work.record(KitchenChanged(what="copied", restaurant_id=copy.work.restaurant_id))


def only_catch_all(station: Station, work: UnitOfWork) -> None:
    """Keep exactly one catch-all before `station` is saved: this one if it is chosen, and the former one ends.

    A station that has become the catch-all since the form was opened stays it. Locks: the restaurant's stations.
    """
    require_transaction()
    here = Station.objects.of_restaurant(work.restaurant_id)
    present = [row.pk for row in here.locked() if row.is_catch_all]
    station.is_catch_all = station.is_catch_all or station.pk in present
    if station.is_catch_all:
        here.filter(is_catch_all=True).exclude(pk=station.pk).update(is_catch_all=False)


def route_to(
    station: Station,
    *,
    categories: Collection[int],
    items: Collection[int],
    modifiers: Collection[int] = (),
    work: UnitOfWork,
) -> None:
    """Route exactly these categories, items and modifiers to the station. Other stations keep their routes.

    An item may have several stations. What has no station left goes to the catch-all.
    """
    require_transaction()
    _settle(Route, station, "category_id", set(categories), work)
    _settle(Route, station, "item_id", set(items), work)
    _settle(ModifierRoute, station, "modifier_id", set(modifiers), work)


def route_item(item: Item, stations: Collection[int], work: UnitOfWork) -> None:
    """Route an item to exactly these stations; none: it goes where its category goes. Routes of others stay."""
    route_items({item: stations}, work)


def route_items(wanted: Mapping[Item, Collection[int]], work: UnitOfWork) -> None:
    """Route each item to exactly its stations, with the history of each route.

    The caller raises the menu's version.
    """
    require_transaction()
    present: dict[int, dict[int, Route]] = {item.pk: {} for item in wanted}
    for route in Route.objects.of_restaurant(work.restaurant_id).filter(item__in=list(present)):
        present[route.item_id or 0][route.station_id] = route
    gone, new = [], []
    for item, stations in wanted.items():
        there = present[item.pk]
        gone += [route for station, route in there.items() if station not in set(stations)]
        missing = sorted(set(stations) - there.keys())
        new += [Route(restaurant_id=work.restaurant_id, station_id=station, item=item) for station in missing]
    delete_with_history(gone, work)
    insert_with_history(new, work)
    what = ", ".join(item.name for item in wanted)
    work.record(KitchenChanged(what=f"stations of {what}"[:200], restaurant_id=work.restaurant_id))


def _settle(
    kind: type[Route] | type[ModifierRoute], station: Station, name: str, wanted: set[int], work: UnitOfWork
) -> None:
    """Change the station's routes by this column to the wanted ones.

    Row by row, so that each change is in the history.
    """
    rows = kind.objects.of_restaurant(work.restaurant_id).filter(station=station, **{f"{name}__isnull": False})
    here = {getattr(row, name): row for row in rows}
    for pk in here.keys() - wanted:
        here[pk].delete()
    for pk in sorted(wanted - here.keys()):
        kind.objects.create(restaurant_id=work.restaurant_id, station=station, **{name: pk})


def settle_categories(routes: Mapping[int, int | None], work: UnitOfWork) -> None:
    """Route each category `{category: station}` to exactly one station; None removes its routes.

    Row by row, so that each change is in the history. The caller has locked the stations.
    """
    require_transaction()
    present: dict[int, list[Route]] = {}
    for route in Route.objects.of_restaurant(work.restaurant_id).filter(category__in=routes):
        present.setdefault(route.category_id or 0, []).append(route)
    changed = False
    for category, station in routes.items():
        there = present.get(category, [])
        wanted = set() if station is None else {station}
        if {route.station_id for route in there} == wanted:
            continue
        changed = True
        for route in there:
            if route.station_id not in wanted:
                route.delete()
        if station is not None and station not in {route.station_id for route in there}:
            Route.objects.create(restaurant_id=work.restaurant_id, station_id=station, category_id=category)
    if changed:
        touch_menu(work, "stations and routes")
        work.record(KitchenChanged(what="routes of categories", restaurant_id=work.restaurant_id))


def refuse_if_in_use(station: Station) -> None:
    """Refuse to remove the catch-all or a station with open tickets. Raises InvalidInput."""
    require_transaction()
    if station.is_catch_all:
        raise InvalidInput(
            gettext("%(station)s takes dishes without a station. Let another station take them first.")
            % {"station": station}
        )
    open_ones = Ticket.objects.of_restaurant(station.restaurant_id).open().filter(station=station)
    if open_ones.exists():
        raise InvalidInput(
            gettext("%(station)s has open tickets. Bump or push them first.") % {"station": station},
            code="station_in_use",
        )


def hang_screen(device: Device, station_ids: Sequence[int], work: UnitOfWork) -> Screen:
    """Assign a locked or new wall screen to stations (none: all); its open sockets reconnect with the new view.

    Raises InvalidInput for another kind of device, NotYours for a missing station.
    """
    require_transaction()
    if device.kind != Device.Kind.KITCHEN:
        raise InvalidInput(
            gettext("Only a kitchen screen has stations."), fields={"device": [gettext("Not a kitchen screen.")]}
        )
    stations = list(Station.objects.of_restaurant(work.restaurant_id).not_archived().filter(pk__in=station_ids))
    if len(stations) != len(set(station_ids)):
        raise NotYours(gettext("There is no such station."), code="station_not_found")
    screen, _created = Screen.objects.get_or_create(device=device, defaults={"restaurant_id": work.restaurant_id})
    screen.stations.set(stations)
    device.version += 1
    device.save(update_fields=["version"])
    work.record(KitchenChanged(what=f"screen {device.name}", restaurant_id=work.restaurant_id))
    return screen
