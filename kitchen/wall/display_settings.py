"""Display settings of a wall screen: density, text size, light and layout."""

from dataclasses import dataclass

from django.urls import reverse

from bistro.core.kernel.actors import Actor
from kitchen.models import LARGEST_TEXT, SMALLEST_TEXT, Screen


@dataclass(frozen=True, slots=True)
class DisplaySettings:
    """The display settings of a wall screen. `save_url` is empty for people, whose browsers keep their own."""

    density: str = Screen.Density.NORMAL
    text_percent: int = 100
    light: bool = False
    layout: str = Screen.Layout.STATION
    save_url: str = ""
    stations: tuple[int, ...] = ()  # the screen's stations; none means all
    smallest: int = SMALLEST_TEXT
    largest: int = LARGEST_TEXT


def display_settings_for(actor: Actor) -> DisplaySettings:
    """Return the settings of the screen that asks, or the defaults for a person.

    Two queries for a device, none otherwise.
    """
    if actor.is_staff:
        return DisplaySettings()
    screen = Screen.objects.visible_to(actor).filter(device_id=actor.device_id).first()
    save_url = reverse("kitchen:save-display-settings")
    if screen is None:
        return DisplaySettings(save_url=save_url)
    stations = tuple(screen.stations.order_by("pk").values_list("pk", flat=True))
    return DisplaySettings(screen.density, screen.text_percent, screen.light, screen.layout, save_url, stations)
