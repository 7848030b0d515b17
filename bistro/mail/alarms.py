"""The alarm for messages that did not leave, on the floor plan and the front page of managers."""

from django.utils.translation import ngettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.mail.models import Message
from orders.floor.alarms import MESSAGE, Alarm

MOST_COUNTED = 100


def message_alarms(actor: Actor) -> list[Alarm]:
    """Return one alarm while messages failed or are unknown. Costs managers one query, others none."""
    if actor.restaurant_id is None or not actor.may(Permission.MANAGE):
        return []
    troubled = Message.objects.visible_to(actor).troubled().exclude(kind=Message.Kind.TEST)
    ended = list(troubled.order_by("ended_at").values_list("ended_at", flat=True)[:MOST_COUNTED])
    if not ended:
        return []
    words = ngettext(
        "%(count)s message was not sent, or perhaps not. See Admin, Messages.",
        "%(count)s messages were not sent, or perhaps not. See Admin, Messages.",
        len(ended),
    ) % {"count": len(ended)}
    return [Alarm(id="messages", table_name="", text=words, since=ended[0], url="", cause=MESSAGE)]
