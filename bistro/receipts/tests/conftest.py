"""Fixtures of receipts on paper: a counter printer that records, with a drawer."""

import pytest

from kitchen.printing.tests.printers import FakePrinter, printer_at


@pytest.fixture
def paper():
    """Return a printer that records what it gets."""
    with FakePrinter() as printer:
        yield printer


@pytest.fixture
def counter(house, paper):
    """Return the row of that printer, for receipts alone."""
    return printer_at(house, paper.port, name="Counter", station=None, receipts=True, drawer="pin2")
