"""The kitchen's admin pages: stations, tickets and devices.

Devices are rows of the core; their page is here because only this app knows both tables and stations.
"""

from kitchen.admin.devices import DeviceAdmin
from kitchen.admin.stations import StationAdmin
from kitchen.admin.tickets import TicketAdmin

__all__ = ["DeviceAdmin", "StationAdmin", "TicketAdmin"]
