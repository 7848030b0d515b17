"""What /metrics says of orders. Each process says it of the whole installation: take the highest, not the sum."""

from prometheus_client import Gauge

UNSEEN_ORDERS = Gauge("bistro_orders_unseen", "Orders that no kitchen screen and nobody has confirmed in time")
