"""The kitchen as managers see it: stations, tickets, and the devices of the house.

Devices are the core's rows; their page stands here because only this app knows both tables and stations.
"""

from kitchen.admin.devices import DeviceAdmin
from kitchen.admin.stations import StationAdmin
from kitchen.admin.tickets import TicketAdmin

__all__ = ["DeviceAdmin", "StationAdmin", "TicketAdmin"]
