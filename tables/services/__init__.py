"""Every write of the floor: one function per thing a person does, each one whole unit of work."""

from tables.services.floor import add_pads, create_section, place_pad

__all__ = ["add_pads", "create_section", "place_pad"]
