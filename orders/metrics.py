"""Metrics of orders. Each process reports the whole installation, so take the maximum and not the sum."""

from prometheus_client import Gauge

UNSEEN_ORDERS = Gauge("bistro_orders_unseen", "Orders that no kitchen screen and nobody has confirmed in time")
