"""Budgets of pages in bytes: their own HTML, uncompressed, and the styles and scripts of ours that they load."""

import re
from copy import copy
from uuid import uuid4

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.db.models.base import ModelState
from django.utils import timezone

from orders.models import Order
from orders.order_commands import LineRequest
from tables.models import Occupancy

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

KB = 1000
PARTS = ("/floor/", "/floor/tables/{table}/", "/floor/tables/{table}/order/", "/kitchen/", "/kitchen/expo/")
PARTS_AT_MOST = 120  # of our own styles and scripts of a page, with their comments
LINKED = re.compile(r'(?:<link rel="(?:stylesheet|modulepreload)" href|<script[^>]* src)="(/static/[^"]+)"')
IMPORTED = re.compile(r'(?:from|import)\s*"(\.[^"]+)"')  # import(…) loads later, if at all
OURS = re.compile(r"/static/(css|js)/(?!vendor/)")


def fill(house, tables, orders, lines=3):
    """Add tables up to a number, dishes, and orders with some lines for as many of the tables."""
    items = [house.add_item() for _ in range(12)]
    rows = [house.table, *(house.add_table() for _ in range(tables - 1))]
    for number in range(orders):
        asked = [
            LineRequest(item=items[(number + line) % 12].pk, quantity=1 + line % 2, note="no onion")
            for line in range(lines)
        ]
        house.order(house.actor("waiter"), table_id=rows[number].pk, lines=asked)


def page_of(house, path, role="waiter"):
    answer = house.browser(role).get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content


def parts_of(html):
    """Return {address: bytes} of our styles and scripts that a page loads, with the modules that these import."""
    found, todo = {}, [address for address in LINKED.findall(html.decode()) if OURS.match(address)]
    while todo:
        address = todo.pop()
        if address in found:
            continue
        path = finders.find(address.removeprefix("/static/"))
        assert path, address
        with open(path, "rb") as file:
            found[address] = file.read()
        if address.endswith(".js"):
            folder = address.rpartition("/")[0]
            todo += [f"{folder}/{name.removeprefix('./')}" for name in IMPORTED.findall(found[address].decode())]
    return {address: len(content) for address, content in found.items()}


def seat(house, tables):
    """Seat three guests with two courses at this many tables; at each fifth their food is ready."""
    house.order(
        house.actor("waiter"), lines=[LineRequest(item=house.item.pk, quantity=1, course=course) for course in (1, 2)]
    )
    order, stay = Order.objects.get(), Occupancy.objects.get()
    lines = list(order.lines.all())
    for number in range(1, tables):
        table = house.add_table()
        party = copied(order.party, table=table, size=3)
        copied(stay, table=table, party=party)
        state = {"status": "ready", "ready_at": timezone.now()} if number % 5 == 0 else {}
        again = copied(order, table=table, party=party, number=order.number + number, key=None, **state)
        for line in lines:
            copied(line, order=again)


def copied(row, **fields):
    """Save a copy of a row with other values in these fields."""
    twin = copy(row)
    twin.pk, twin._state = None, ModelState()
    for name, value in {"uid": uuid4(), **fields}.items():
        setattr(twin, name, value)
    twin.save()
    return twin


def test_a_full_floor_keeps_its_budget(house):
    with time_machine.travel(timezone.now(), tick=False):  # however long the seating takes, no order is late
        seat(house, 250)
        html = page_of(house, "/floor/")
    assert (html.count(b'class="tbl"'), html.count(b'class="need"')) == (250, 49)
    assert len(html) <= 250 * KB, f"{len(html) / KB:.0f} kB"


@pytest.mark.parametrize(
    ("path", "tables", "orders", "budget"),
    [
        ("/floor/", 24, 12, 120),
        ("/kitchen/", 24, 24, 150),
        ("/floor/tables/{table}/order/", 24, 12, 150),
    ],
)
def test_a_page_keeps_its_budget(house, path, tables, orders, budget):
    fill(house, tables, orders)
    html = page_of(house, path.format(table=house.table.pk))
    assert len(html) <= budget * KB, f"{len(html) / KB:.0f} kB"


@pytest.mark.parametrize("path", PARTS)
def test_a_page_loads_few_styles_and_scripts(house, path):
    parts = parts_of(page_of(house, path.format(table=house.table.pk)))
    assert any(address.endswith(".css") for address in parts)
    assert any(address.endswith(".js") for address in parts)
    total = sum(parts.values())
    assert total <= PARTS_AT_MOST * KB, f"{total / KB:.0f} kB: {sorted(parts.items(), key=lambda part: -part[1])}"


def test_control_a_page_of_many_tickets_is_beyond_the_budget(house):
    fill(house, 24, 24, lines=20)
    assert len(page_of(house, "/kitchen/")) > 150 * KB
