"""What /metrics says of the kitchen. Each process says it of the whole installation: take the highest, not the sum."""

from prometheus_client import Gauge

UNSEEN_TICKETS = Gauge("bistro_tickets_unseen", "Tickets that their station has not seen in time, of confirmed orders")
