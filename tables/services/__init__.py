"""Services of the floor. Each function is one unit of work."""

from tables.services.floor import add_pads, create_section, place_pad

__all__ = ["add_pads", "create_section", "place_pad"]
