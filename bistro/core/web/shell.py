"""The shell around the staff's pages: places of work, the person, alarms; and the place where a role starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bistro.core.auth.access import request_actor, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.places import Place
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import TabletSession
from bistro.core.web.page_access import restaurant_of_page

THEME_COOKIE = "bistro_theme"
THEMES = {"light": _("Light"), "dark": _("Dark"), "auto": _("Auto")}
SEVERAL_RESTAURANTS = "several_restaurants"  # in the session, since the login: the person may change the restaurant

# {role: the places where it starts, of which the first in the rail counts}. Other roles start at the start page.
_FIRST = {
    Role.OWNER: ("setup", "floor"),
    Role.MANAGER: ("setup", "floor"),
    Role.HOST: ("floor",),
    Role.WAITER: ("floor",),
    Role.CASHIER: ("floor",),
    Role.KITCHEN: ("kitchen",),
    Role.SCREEN: ("kitchen",),
}
_ROLE_WORDS = {
    Role.OWNER: _("Owner"),
    Role.MANAGER: _("Manager"),
    Role.HOST: _("Host"),
    Role.WAITER: _("Waiter"),
    Role.KITCHEN: _("Kitchen"),
    Role.CASHIER: _("Cashier"),
    Role.SCREEN: _("Screen"),
    Role.PAD: _("Pad"),
    Role.TABLET: _("Shared tablet"),
    Role.INTEGRATION: _("Integration"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A place in the rail, as this page shows it."""

    place: Place
    url: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Alarms:
    """The alarms of a restaurant for one person. `known` changes with the alarms that are shown."""

    shown: Sequence[Any]
    may_settle: bool

    @property
    def known(self) -> str:
        """Return a short text that is equal for equal lists."""
        return format(crc32("|".join(f"{alarm.id}{alarm.text}" for alarm in self.shown).encode()), "x")


@dataclass(frozen=True, slots=True)
class Shell:
    """The shell around one page. `facts` are pairs of label and text. `alarms` is None for people without the floor."""

    links: tuple[Link, ...]
    name: str
    initials: str
    role: str
    restaurant: str
    facts: tuple[tuple[str, str], ...]
    alarms: Alarms | None
    theme: str
    may_change_restaurant: bool
    idle_minutes: int = 0  # until a shared tablet locks; 0 elsewhere

    @property
    def has_more(self) -> bool:
        """Return whether a phone needs "More", because its bar lacks a place."""
        return not all(link.place.on_phone for link in self.links)


def shell_of(request: HttpRequest, alarms: Sequence[Any] | None = None) -> Shell:
    """Return the shell of a page for the request's actor, who has a restaurant. Reads the alarms unless given."""
    actor = request_actor(request)
    assert actor is not None
    return Shell(
        links=_links(actor, request.path),
        name=actor.label,
        initials=initials_of(actor.label),
        role=", ".join(sorted(str(_ROLE_WORDS[Role(role)]) for role in actor.roles)),
        restaurant=restaurant_of_page(request, actor).name,
        facts=tuple(fact for path in settings.SHELL_FACTS for fact in hook(path)(actor)),
        alarms=alarms_of(actor, alarms),
        theme=theme_of(request) or "auto",
        may_change_restaurant=actor.is_staff and SEVERAL_RESTAURANTS in request.session,
        idle_minutes=_idle_minutes(request),
    )


def _idle_minutes(request: HttpRequest) -> int:
    """Return the minutes until the shared tablet of this request locks, or 0 elsewhere."""
    session: TabletSession | None = getattr(request, "tablet_session", None)
    if session is not None:
        return session.restaurant.tablet_idle_minutes
    tablet: Actor | None = getattr(request, "tablet", None)
    return restaurant_of(tablet).tablet_idle_minutes if tablet is not None else 0


def places_of(actor: Actor) -> list[Place]:
    """Return the places that the actor may open, without those that are not shown now."""
    allowed = [place for place in settings.PLACES if actor.may(place.permission)]
    return [place for place in allowed if not place.shown or hook(place.shown)(actor)]


def home_of(actor: Actor) -> str:
    """Return the address of the page where the actor's role works; the start page if the role has none."""
    first = {key for role in actor.roles for key in _FIRST.get(Role(role), ())}
    known = (place for place in places_of(actor) if place.key in first)
    open_now = (place for place in known if not place.starts or hook(place.starts)(actor))
    return next((reverse(place.view) for place in open_now), reverse("start"))


def alarms_of(actor: Actor, known: Sequence[Any] | None = None) -> Alarms | None:
    """Return the alarms that staff must handle now, or None for people who do not see the floor."""
    if not actor.may(Permission.WATCH_FLOOR):
        return None
    shown = known if known is not None else hook(settings.SHELL_ALARMS)(actor, timezone.now())
    return Alarms(shown, actor.may(Permission.CONFIRM_ORDER))


def theme_of(request: HttpRequest) -> str:
    """Return the theme that this browser chose, "light" or "dark"; "" if it follows the device."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in ("light", "dark") else ""


def initials_of(name: str) -> str:
    """Return up to two letters for a name: of its first and its last word."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def _links(actor: Actor, path: str) -> tuple[Link, ...]:
    """Return the places as links; the one with the longest address that begins this page's path is here."""
    places = places_of(actor)
    begins = [(reverse(view), place) for place in places for view in (place.view, *place.also)]
    here = max((each for each in begins if path.startswith(each[0])), key=lambda each: len(each[0]), default=("", None))
    return tuple(Link(place, reverse(place.view), place is here[1]) for place in places)
