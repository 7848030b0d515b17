"""The kitchen's admin pages: stations, tickets, devices, and dishes with their stations.

Devices are rows of the core; their page is here because only this app knows both tables and stations.
"""

from kitchen.admin.devices import DeviceAdmin
from kitchen.admin.dishes import DishAdmin
from kitchen.admin.stations import StationAdmin
from kitchen.admin.tickets import TicketAdmin

__all__ = ["DeviceAdmin", "DishAdmin", "StationAdmin", "TicketAdmin"]
