"""Display settings of a wall screen: density, text size, light and layout."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from kitchen.models import LARGEST_TEXT, SMALLEST_TEXT, Screen


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """The display settings of a wall screen. `save_url` is empty for people, whose browsers keep their own.

    `rights` are those of the viewer whose buttons the style sheet shows: pushes are the same for everybody.
    """

    density: str = Screen.Density.NORMAL
    text_percent: int = 100
    light: bool = False
    layout: str = Screen.Layout.STATION
    save_url: str = ""
    stations: tuple[int, ...] = ()  # the screen's stations; none means all
    smallest: int = SMALLEST_TEXT
    largest: int = LARGEST_TEXT
    rights: str = ""


def display_settings_for(actor: Actor) -> DisplaySettings:
    """Return the settings of the screen that asks, or the defaults for a person.

    Two queries for a device, none otherwise.
    """
    rights = Permission.COOK.value if actor.may(Permission.COOK) else ""
    if actor.is_staff:
        return DisplaySettings(rights=rights)
    screen = Screen.objects.visible_to(actor).filter(device_id=actor.device_id).first()
    save_url = reverse("kitchen:save-display-settings")
    if screen is None:
        return DisplaySettings(save_url=save_url, rights=rights)
    stations = tuple(screen.stations.order_by("pk").values_list("pk", flat=True))
    kept: dict[str, Any] = {"density": screen.density, "text_percent": screen.text_percent, "light": screen.light}
    return DisplaySettings(**kept, layout=screen.layout, save_url=save_url, stations=stations, rights=rights)
