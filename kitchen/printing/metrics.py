"""Metrics of printers. Every process reports the whole installation: use the highest value, not the sum."""

from prometheus_client import Gauge

TROUBLED_PRINTERS = Gauge("bistro_printers_in_trouble", "Ticket printers that have given up slips")
FAILED_SLIPS = Gauge("bistro_slips_failed", "Slips of open tickets that no printer has printed")
