"""What a first start that was cut short left behind, and whether it may be thrown away."""

from bistro.core.models import Membership, Restaurant, Staff
from orders.models import Order


def holds_only(uid: str) -> bool:
    """Whether the database holds the restaurant with this uid, nobody who works elsewhere, and no order."""
    begun = [str(found) for found in Restaurant.objects.values_list("uid", flat=True)]
    strangers = Staff.objects.exclude(pk__in=Membership.objects.values("staff")).exists()
    return begun == [uid] and not strangers and not Order.objects.exists()
