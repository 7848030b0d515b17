"""Fixtures of the printing tests: a printer that records, on a free port of this machine."""

import pytest

from kitchen.printing import network
from kitchen.printing.tests.printers import FakePrinter, printer_at


@pytest.fixture
def paper():
    """Return a printer that records what it gets."""
    with FakePrinter() as printer:
        yield printer


@pytest.fixture
def printer(house, paper):
    """Return the row of that printer, for the house's station."""
    return printer_at(house, paper.port, name="Grill printer")


@pytest.fixture
def short_timeouts(monkeypatch):
    """Let a printer that does not answer fail within half a second."""
    monkeypatch.setattr(network, "SECONDS", 0.5)
    monkeypatch.setattr(network.print_bytes, "__kwdefaults__", {"seconds": 0.5})
