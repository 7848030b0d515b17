"""Display settings of a wall screen, changed by the cook in front of it."""

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.models import Device
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import LARGEST_TEXT, SMALLEST_TEXT, Screen
from kitchen.setup_events import KitchenChanged


def change_display_settings(*, density: str, text_percent: int, light: bool, layout: str, actor: Actor) -> Screen:
    """Save how a wall screen shows its board. The screen's rights do not change, so its socket stays open.

    Locks: device. Raises InvalidInput, NotYours for anything but a wall screen, NotPermitted.
    """
    actor.require(Permission.COOK)
    wrong = {
        "density": density not in Screen.Density.values,
        "layout": layout not in Screen.Layout.values,
        "text_percent": not SMALLEST_TEXT <= text_percent <= LARGEST_TEXT,
    }
    if any(wrong.values()):
        fields = {name: ["Not one of the choices."] for name, bad in wrong.items() if bad}
        raise InvalidInput(gettext("This display setting is not possible."), fields=fields)
    with UnitOfWork(actor) as work:
        device = Device.objects.visible_to(actor).filter(pk=actor.device_id, kind=Device.Kind.KITCHEN).locked().first()
        if device is None:
            raise NotYours(gettext("Only a wall screen stores its display settings here."), code="device_not_found")
        wanted = {"density": density, "text_percent": text_percent, "light": light, "layout": layout}
        screen, _created = Screen.objects.update_or_create(
            device=device, defaults=wanted, create_defaults={**wanted, "restaurant_id": work.restaurant_id}
        )
        work.record(KitchenChanged(what=f"display settings of screen {device.name}", restaurant_id=work.restaurant_id))
    return screen
