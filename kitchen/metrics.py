"""Metrics of the kitchen."""

from prometheus_client import Gauge

UNSEEN_TICKETS = Gauge("bistro_tickets_unseen", "Tickets that their station has not seen in time, of confirmed orders")
