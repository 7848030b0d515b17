"""Pairing: a manager types the code that a screen shows, and says which device the screen is."""

from collections.abc import Sequence

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.models import Device
from bistro.core.services.devices import add_device
from bistro.core.services.pairing import claim_pairing
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.setup_steps import hang_screen
from tables.steps import assign_pad


def pair_new_device(
    *,
    code: str,
    kind: str,
    name: str,
    actor: Actor,
    station_ids: Sequence[int] = (),
    table_id: int | None = None,
) -> Device:
    """Make the screen that shows `code` a new device with stations (none: all) or a table; a tablet has no place.

    Raises InvalidInput (code, name, kind), NotYours for a place of another restaurant, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = add_device(kind, name, work)
        if kind == Device.Kind.KITCHEN:
            hang_screen(device, station_ids, work)
        elif kind == Device.Kind.PAD and table_id is not None:
            assign_pad(device, table_id, work)
        elif kind != Device.Kind.TABLET:
            raise InvalidInput(gettext("Choose this pad's table."), fields={"table": [gettext("Choose one.")]})
        claim_pairing(code, device, work)
    return device


def pair_device(*, code: str, device_id: int, actor: Actor) -> Device:
    """Make the screen that shows `code` an existing device, in its old place.

    The device's former hardware works until the new one collects its token. Locks: device. Raises InvalidInput,
    NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        screens = Device.objects.visible_to(actor).exclude(kind=Device.Kind.INTEGRATION)
        device: Device | None = screens.filter(pk=device_id).locked().first()
        if device is None:
            raise NotYours(gettext("There is no such screen."), code="device_not_found")
        claim_pairing(code, device, work)
    return device
