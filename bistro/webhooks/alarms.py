"""The alarm for webhooks that were stopped after failures, on the floor plan and the front page of managers."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.webhooks.models import Hook
from bistro.webhooks.transitions import HookStatus
from orders.floor.alarms import Alarm

MOST_SHOWN = 5


def hook_alarms(actor: Actor) -> list[Alarm]:
    """Return one alarm for each stopped webhook. Costs managers one query, others none."""
    if actor.restaurant_id is None or not actor.may(Permission.MANAGE):
        return []
    stopped = Hook.objects.visible_to(actor).filter(status=HookStatus.STOPPED).order_by("failing_since", "pk")
    words = _("The webhook “%(name)s” was stopped after failures. See Admin, Webhooks.")
    return [
        Alarm(
            id=f"webhook-{hook.pk}",
            table_name="",
            text=words % {"name": hook.name},
            since=hook.failing_since,
            url="",
            cause=f"webhook-{hook.pk}",
        )
        for hook in stopped[:MOST_SHOWN]
    ]
