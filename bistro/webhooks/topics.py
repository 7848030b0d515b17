"""The topics that a webhook can be about, and the types of events that belong to each."""

from collections.abc import Mapping

TOPICS: Mapping[str, frozenset[str]] = {
    "bookings": frozenset({"reservation_created", "reservation_updated", "reservation_deleted"}),
    "parties": frozenset({"guest_created", "guest_updated", "guest_deleted"}),
    "orders": frozenset({"order_created", "order_updated"}),
    "payments": frozenset({"bill_updated", "payment_created", "payment_updated"}),
}
