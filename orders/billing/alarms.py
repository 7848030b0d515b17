"""The alarm for payments and refunds that need somebody, on the floor plan."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from orders.billing.models import Payment, Refund
from orders.billing.needing import ends_soon
from orders.billing.transitions import PaymentState, RefundState
from orders.floor.alarms import PAYMENT, Alarm

MOST_COUNTED = 100


def payment_alarms(actor: Actor) -> list[Alarm]:
    """Return one alarm while a provider's money differs from ours, it refused a refund, or a tab is about to end.

    Costs one query.
    """
    if actor.restaurant_id is None or not actor.may(Permission.TAKE_PAYMENT):
        return []
    parked = Payment.objects.visible_to(actor).filter(settled_by="").exclude(trouble="").order_by()
    refused = Refund.objects.visible_to(actor).filter(settled_by="", status=RefundState.FAILED).order_by()
    tabs = Payment.objects.visible_to(actor).filter(status=PaymentState.AUTHORISED, settled_by="", trouble="")
    ending = tabs.filter(ends_soon(timezone.now())).order_by()
    rows = parked.values_list("started_at", flat=True).union(
        refused.values_list("made_at", flat=True), ending.values_list("started_at", flat=True), all=True
    )
    began = list(rows.order_by("started_at")[:MOST_COUNTED])
    if not began:
        return []
    words = ngettext("%(count)s payment needs somebody", "%(count)s payments need somebody", len(began))
    return [
        Alarm(
            id="payments",
            table_name="",
            text=words % {"count": len(began)},
            since=began[0],
            url=reverse("billing:payments"),
            cause=PAYMENT,
        )
    ]
