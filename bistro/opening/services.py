"""The services that open a restaurant and enrol its first devices, for commands on the server."""

import secrets
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Device, Restaurant
from bistro.core.services.devices import add_device, hand_token
from bistro.core.services.restaurants import create_restaurant, register_member
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from bistro.opening.room import MOST_TABLES, first_tables
from kitchen.setup_steps import add_stations, hang_screen
from tables.setup_steps import add_section, add_tables_with_pads

Devices = list[dict[str, str]]  # each {"kind", "table" or "name", "token"}


def open_house(*, name: str, tables: int, url: str, actor: Actor, **settings: Any) -> dict[str, Any]:
    """Open a restaurant that can take orders, in one unit of work, and return its credentials.

    It gets an owner with a new login, `Table 1` … with a pad each, a catch-all station, a kitchen screen and an
    integration. `settings` are columns of Restaurant. Tokens and password are returned only once.
    Raises InvalidInput.
    """
    if not 0 <= tables <= MOST_TABLES:
        raise InvalidInput(
            gettext("%(tables)s is not a number of tables. Use 0 to %(most_tables)s.")
            % {"tables": tables, "most_tables": MOST_TABLES},
            fields={"tables": [gettext("Number.")]},
        )
    with UnitOfWork(actor) as work:
        restaurant = create_restaurant(name, settings, work)
        return {
            "url": url,
            "restaurant_id": restaurant.pk,
            "uid": str(restaurant.uid),
            "staff": {"owner": _add_owner(restaurant, work)},
            "devices": [*_furnish(tables, work), *_equip(work)],
        }


def open_empty_house(*, name: str, email: str, password: str, actor: Actor) -> Restaurant:
    """Open a restaurant that has nothing but an owner, whose password is a one-time password. Raises InvalidInput."""
    with UnitOfWork(actor) as work:
        restaurant = create_restaurant(name, {}, work)
        staff = register_member(email, "", password, Role.OWNER, work).staff
        staff.password_is_one_time = True
        staff.save(update_fields=["password_is_one_time"])
    return restaurant


def add_screen_and_integration(*, actor: Actor) -> Devices:
    """Enrol a kitchen screen for all stations and an integration. Raises InvalidInput, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        return _screen_and_integration(work)


def _add_owner(restaurant: Restaurant, work: UnitOfWork) -> dict[str, str]:
    email, password = f"owner-{restaurant.uid.hex[-12:]}@bistro.example", secrets.token_urlsafe(12)
    register_member(email, f"Owner of {restaurant.name}"[:120], password, Role.OWNER, work)
    return {"email": email, "password": password}


def _furnish(tables: int, work: UnitOfWork) -> Devices:
    """Add the tables with their pads."""
    section = add_section("Room", work)
    made = add_tables_with_pads(list(first_tables(tables)), section, work)
    return [{"kind": Device.Kind.PAD.value, "table": table, "token": token} for table, token in made]


def _equip(work: UnitOfWork) -> Devices:
    """Add the station that cooks everything, and the devices that are not pads."""
    add_stations([("kitchen", "Kitchen", 0)], work)
    return _screen_and_integration(work)


def _screen_and_integration(work: UnitOfWork) -> Devices:
    require_transaction()
    made = []
    for kind, name in ((Device.Kind.KITCHEN, "Kitchen wall"), (Device.Kind.INTEGRATION, "Integration")):
        device = add_device(kind, name, work)
        if kind == Device.Kind.KITCHEN:
            hang_screen(device, [], work)
        made.append({"kind": kind.value, "name": name, "token": hand_token(device, work)})
    return made
