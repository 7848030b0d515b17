"""The step from the plain data of `bistro.demo` to rows, through the services that managers use."""

import secrets
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from bistro.core.auth.access import actor_of_member
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.pins import one_time_pin
from bistro.core.models import Device, Membership, Restaurant, Staff
from bistro.core.services.devices import create_device, give_token
from bistro.core.services.hours import set_opening_hours
from bistro.core.services.pins import set_pin
from bistro.core.services.restaurants import add_member, open_restaurant
from bistro.demo.floor import ADDRESS, CURRENCY, FIXTURES, HOURS, PEOPLE, RESTAURANT_NAME, SECTIONS, TABLES, TIMEZONE
from bistro.demo.kinds import Person
from bistro.demo.menu import CATEGORIES, CHOICES_MADE_AT, STATIONS
from bistro.demo.recipes import parts_of
from bistro.opening.services import add_screen_and_integration
from bistro.setup.services import skip_step
from kitchen.services.stations import set_up_kitchen
from menu.imported import ImportedCategory, ImportedPart, ImportedRecipe
from menu.services import import_menu, write_recipes
from orders.models import Order
from tables.floor_plans import read_plan
from tables.plan_inputs import wanted_plan
from tables.services import add_pads, create_section, save_plan


def seed(url: str, uid: UUID, people: Sequence[Person] = PEOPLE) -> dict[str, Any]:
    """Create the restaurant, its floor, menu, kitchen, people and devices; return the credentials.

    Only hashes are stored, so the credentials cannot be read again.
    """
    restaurant = open_restaurant(
        name=RESTAURANT_NAME,
        address=ADDRESS,
        currency=CURRENCY,
        timezone=TIMEZONE,
        uid=uid,
        actor=Actor.system(None, "demo"),
    )
    actor = Actor.system(restaurant.pk, "demo")
    set_opening_hours(services=HOURS, actor=actor)
    import_menu(categories=[ImportedCategory.from_data(category) for category in CATEGORIES], actor=actor)
    write_recipes(recipes=list(_recipes()), actor=actor)
    routes = {category.name: category.station for category in CATEGORIES}
    own = {item.name: item.station for category in CATEGORIES for item in category.items if item.station}
    set_up_kitchen(
        stations=[(s.key, s.name, s.position) for s in STATIONS],
        cooks={s.key: s.cooks for s in STATIONS},
        routes=routes,
        items=own,
        modifiers=CHOICES_MADE_AT,
        actor=actor,
    )
    skip_step(step="printers", skip=True, actor=actor)  # the demo has none, and its set-up is complete
    return {
        "url": url,
        "restaurant_id": restaurant.pk,
        "staff": _people(people, actor),
        "devices": [*_pads(restaurant, actor), *add_screen_and_integration(actor=actor), _tablet(actor)],
    }


def _recipes() -> Iterator[ImportedRecipe]:
    """Create the recipes of dishes and their choices."""
    for item in (item for category in CATEGORIES for item in category.items):
        for choice in ("", *(modifier.name for group in item.groups for modifier in group.modifiers)):
            parts = tuple(ImportedPart(*part) for part in parts_of(item.name, choice))
            if parts:
                yield ImportedRecipe(item.name, parts, choice)


def _people(people: Sequence[Person], actor: Actor) -> dict[str, dict[str, str]]:
    """Create a login for each role; a second person of the same role gets a number: waiter2."""
    logins: dict[str, dict[str, str]] = {}
    for person in people:
        same = [key for key in logins if key.startswith(person.role)]
        logins[f"{person.role}{len(same) + 1}" if same else person.role] = _person(person, actor)
    return logins


def _person(person: Person, actor: Actor) -> dict[str, str]:
    password = secrets.token_urlsafe(12)
    member = add_member(email=person.email, name=person.name, password=password, role=person.role, actor=actor)
    pin = one_time_pin()
    set_pin(new_pin=pin, password=password, actor=actor_of_member(member))
    return {"email": person.email, "password": password, "pin": pin}


def _tablet(actor: Actor) -> dict[str, str]:
    """Create the shared tablet at the bar."""
    tablet = create_device(kind=Device.Kind.TABLET, name="Bar tablet", actor=actor)
    token = give_token(device_id=tablet.pk, actor=actor)
    return {"kind": Device.Kind.TABLET.value, "name": tablet.name, "token": token}


def _pads(restaurant: Restaurant, actor: Actor) -> list[dict[str, str]]:
    pads: list[dict[str, str]] = []
    for place, section in enumerate(SECTIONS):
        row = create_section(name=section.name, position=place, actor=actor)
        tables = [
            {
                "name": table.name,
                "seats": table.seats,
                "shape": table.shape,
                "x": table.x,
                "y": table.y,
                "width": table.width,
                "height": table.height,
                "rotation": table.rotation,
                "position": number,
            }
            for number, table in enumerate(TABLES)
            if table.section == section.name
        ]
        made = add_pads(tables=tables, section_id=row.pk, actor=actor)
        pads += [{"kind": "pad", "table": name, "token": token} for name, token in made]
    _draw_walls(restaurant, actor)
    return pads


def _draw_walls(restaurant: Restaurant, actor: Actor) -> None:
    """Draw the walls, windows, door and bar on the only floor."""
    plan = read_plan(restaurant.pk).content()
    plan["floors"][0]["fixtures"] = [
        {"id": uuid7(), "kind": kind, "x": x, "y": y, "width": width, "height": height, "rotation": 0, "text": text}
        for kind, x, y, width, height, text in FIXTURES
    ]
    save_plan(wanted=wanted_plan(plan), layout_uid=None, versions=None, actor=actor)


def holds_only(uid: str) -> bool:
    """Return True if the database has the restaurant with this uid, no other staff and no order."""
    begun = [str(found) for found in Restaurant.objects.values_list("uid", flat=True)]
    strangers = Staff.objects.exclude(pk__in=Membership.objects.values("staff")).exists()
    return begun == [uid] and not strangers and not Order.objects.exists()
