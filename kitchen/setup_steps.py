"""Parts of a unit of work that sets up the kitchen. The caller holds the unit of work."""

from collections.abc import Collection

from bistro.core.errors import InvalidInput
from bistro.core.unit_of_work import UnitOfWork, require_transaction
from kitchen.models import Route, Station, Ticket


def only_catch_all(station: Station, work: UnitOfWork) -> None:
    """The station gets what no route names: whichever did so before gives way, in the same breath."""
    require_transaction()
    others = Station.objects.of_restaurant(work.restaurant_id).filter(is_catch_all=True)
    others.exclude(pk=station.pk).update(is_catch_all=False)


def route_to(station: Station, *, categories: Collection[int], items: Collection[int], work: UnitOfWork) -> None:
    """The station cooks these categories and, whatever their category, these items: no more and no less.

    What another station cooked until now moves here; what is taken away here goes to the catch-all.
    """
    require_transaction()
    mine = Route.objects.of_restaurant(work.restaurant_id)
    for name, wanted in (("category_id", set(categories)), ("item_id", set(items))):
        here = mine.filter(station=station, **{f"{name}__isnull": False})
        for route in here.exclude(**{f"{name}__in": wanted}):
            route.delete()
        known = {getattr(route, name): route for route in mine.filter(**{f"{name}__in": wanted})}
        for pk in sorted(wanted):
            route = known.get(pk) or Route(restaurant_id=work.restaurant_id, **{name: pk})
            if route.station_id != station.pk:
                route.station = station
                route.save()


def refuse_if_in_use(station: Station) -> None:
    """The catch-all, and a station with open tickets, stay. Raises InvalidInput."""
    require_transaction()
    if station.is_catch_all:
        raise InvalidInput(f"{station} gets what no route names. Make another one the catch-all first.")
    open_ones = Ticket.objects.of_restaurant(station.restaurant_id).open().filter(station=station)
    if open_ones.exists():
        raise InvalidInput(f"{station} has open tickets. Bump or push them first.", code="station_in_use")
