"""The restaurant that a command works for, and the actor who does it."""

from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.numbers import whole_number
from bistro.core.models import Restaurant


def add_restaurant_argument(parser: Any) -> None:
    """Declare the option `--restaurant`."""
    parser.add_argument("--restaurant", metavar="ID|UID", help="Its id or uid; not needed when there is only one.")


def actor_for(named: str | None) -> Actor:
    """Return the system as the actor in the named restaurant, or in the only one. Raises CommandError."""
    return Actor.system(_restaurant(named).pk, "command line")


def _restaurant(named: str | None) -> Restaurant:
    rows = Restaurant.objects.order_by("pk")
    if named:
        found = rows.filter(**_key(named)).first()
        if found is None:
            raise CommandError(f"There is no restaurant {named}.")
        return found
    several = list(rows[:2])
    if not several:
        raise CommandError("There is no restaurant yet.")
    if len(several) > 1:
        raise CommandError("There are several restaurants. Name one with --restaurant.")
    return several[0]


def _key(named: str) -> dict[str, Any]:
    number = whole_number(named)
    if number is not None:
        return {"pk": number}
    try:
        return {"uid": UUID(named)}
    except ValueError:
        raise CommandError(f"“{named}” is neither an id nor a uid.") from None
