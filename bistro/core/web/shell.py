"""The shell around the staff's pages: places of work, the person, alarms; and the place where a role starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bistro.core.auth.access import request_actor
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.places import Place
from bistro.core.kernel.roles import Permission, Role

# {role: the place where it starts}. Every other role starts at the start page.
_FIRST = {
    Role.OWNER: "floor",
    Role.MANAGER: "floor",
    Role.HOST: "floor",
    Role.WAITER: "floor",
    Role.CASHIER: "floor",
    Role.KITCHEN: "kitchen",
    Role.SCREEN: "kitchen",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the rail, as this page shows it."""

    place: Place
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Shell:
    """What the shell shows around one page."""

    links: tuple[Link, ...]
    name: str
    initials: str
    role: str
    alarms: Sequence[Any]
    watches_alarms: bool


def shell_of(request: HttpRequest) -> Shell:
    """Return the shell of a page for the request's actor; an empty one for a visitor without a login."""
    actor = request_actor(request)
    if actor is None:
        return Shell((), "", "", "", (), watches_alarms=False)
    watches = actor.may(Permission.WATCH_FLOOR)
    return Shell(
        links=_links(actor, request.path),
        name=actor.label,
        initials=initials_of(actor.label),
        role=", ".join(sorted(Role(role).name.capitalize() for role in actor.roles)),
        alarms=alarms_of(actor) if watches else (),
        watches_alarms=watches,
    )


def places_of(actor: Actor) -> list[Place]:
    """Return the places that the actor may open."""
    return [place for place in settings.PLACES if actor.may(place.permission)]


def home_of(actor: Actor) -> str:
    """Return the address of the page where the actor's role works; the start page if the role has none."""
    first = {_FIRST.get(Role(role)) for role in actor.roles}
    return next((reverse(place.view) for place in places_of(actor) if place.key in first), reverse("start"))


def alarms_of(actor: Actor) -> Sequence[Any]:
    """Return the alarms that staff must handle now."""
    found: Sequence[Any] = hook(settings.SHELL_ALARMS)(actor, timezone.now())
    return found


def initials_of(name: str) -> str:
    """Return up to two letters for a name: of its first and its last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _links(actor: Actor, path: str) -> tuple[Link, ...]:
    """Return the places as links; the one with the longest address that begins this page's path is here."""
    found = [(place, reverse(place.view)) for place in places_of(actor)]
    here = max((url for _, url in found if path.startswith(url)), key=len, default="")
    return tuple(Link(place, url, url == here) for place, url in found)
