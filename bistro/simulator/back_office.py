"""Work in the back office before a run: items that a history needs, tables and pads beyond those of the demo.

The only part of the simulator that does not go over the wire: it calls the services that managers use in admin.
"""

from __future__ import annotations

from pathlib import Path

from bistro.simulator.credentials import Credentials
from bistro.simulator.history import History


def create_items(who: Credentials, history: History) -> str:
    """Add what the history needs to the menu; says how much was added."""
    raise NotImplementedError


def add_pads(who: Credentials, path: Path, wanted: int) -> str:
    """Add tables and pads until there are `wanted`, and write their tokens to the demo file."""
    raise NotImplementedError
