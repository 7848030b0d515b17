"""Rows of a list that are rendered once for the same content, and never shown when the content has changed."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import time_machine
from django.template import engines
from django.utils import timezone, translation

from bistro.core.templatetags import rows
from bistro.core.web.rendered import Rendered
from kitchen.services.cooking import start_ticket
from orders.models import Order
from orders.services import confirm_order

pytestmark = pytest.mark.database_agnostic
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


@pytest.fixture(autouse=True)
def rendered(monkeypatch):
    """Count what is rendered, beginning with an empty memory."""
    made, real = [], rows._render
    monkeypatch.setattr(rows, "rendered", Rendered())
    monkeypatch.setattr(rows, "_render", lambda name, *args, **more: made.append(name) or real(name, *args, **more))
    return made


@pytest.mark.django_db
def test_a_page_that_is_read_again_renders_only_what_changed(house, rendered):
    orders = [house.order() for _ in range(5)]
    browser = house.browser("owner")
    first = browser.get("/kitchen/").content.decode()
    assert rendered == ["kitchen/ticket.html"] * 5
    again = browser.get("/kitchen/").content.decode()
    assert len(rendered) == 5
    assert lists_of(first) == lists_of(again)
    (ticket,) = house.tickets({"id": orders[2].id})
    start_ticket(ticket_id=ticket["id"], actor=house.actor("kitchen"))
    changed = browser.get("/kitchen/").content.decode()
    assert len(rendered) == 6
    assert (again.count("ticket__cooking"), changed.count("ticket__cooking")) == (0, 1)


@pytest.mark.django_db
def test_the_floor_draws_only_tables_that_changed_also_when_time_passes(house, rendered):
    waiting, ready = house.order(), house.place("waiter", table=house.add_table().pk)
    confirm_order(order_id=waiting.id, actor=house.actor("waiter"))
    browser = house.browser("waiter")
    browser.get("/floor/")
    assert rendered == ["floor/table.html"] * 2
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        assert b"waiting for food since" in browser.get("/floor/").content
    assert len(rendered) == 2
    Order.objects.filter(pk=ready["id"]).update(status="ready", ready_at=timezone.now())
    browser.get("/floor/")
    assert sorted(rendered[2:]) == ["floor/need.html", "floor/table.html"]
    other = browser.get("/floor/?tab=mine").content.decode()
    assert other.count("data-outside") == 1, "nobody's table that needs somebody is shown, the other one is not"


def lists_of(page):
    """Return the tickets of a page without its token."""
    return TOKEN.sub("", page.split('id="tickets"')[1].split("</ol>")[0])


@pytest.mark.django_db
def test_each_page_has_its_own_token(house):
    house.order()
    browser = house.browser("owner")
    for _ in range(2):
        tokens = set(TOKEN.findall(browser.get("/kitchen/").content.decode()))
        assert rows._TOKEN not in tokens
        assert len(tokens) == 1, "one token for the whole page"
        assert len(tokens.pop()) == 64


@dataclass(frozen=True, slots=True)
class Thing:
    name: str
    at: object


def drawn(context, monkeypatch):
    template = engines["django"].from_string('{% load rows %}{% row "thing" thing=thing oob=oob %}')
    source = engines["django"].from_string("{{ thing.name }} {{ thing.at|date:'H:i' }} {% if oob %}oob{% endif %}")
    monkeypatch.setattr(rows, "get_template", lambda name: source)
    return template.render(context)


@pytest.mark.parametrize("what", ["name", "oob", "timezone", "language"])
def test_whatever_the_row_depends_on_makes_another_one(monkeypatch, rendered, what):
    thing = Thing("Fish & chips", timezone.now())
    assert "Fish &amp; chips" in drawn({"thing": thing, "oob": False}, monkeypatch)
    drawn({"thing": Thing(thing.name, thing.at), "oob": False}, monkeypatch)
    assert len(rendered) == 1, "equal content is the same row"
    if what == "name":
        assert "Soup" in drawn({"thing": replace(thing, name="Soup"), "oob": False}, monkeypatch)
    elif what == "oob":
        assert "oob" in drawn({"thing": thing, "oob": True}, monkeypatch)
    elif what == "timezone":
        with timezone.override("Asia/Tokyo"):
            drawn({"thing": thing, "oob": False}, monkeypatch)
    else:
        with translation.override("de"):
            drawn({"thing": thing, "oob": False}, monkeypatch)
    assert len(rendered) == 2


def test_the_memory_keeps_what_was_used_last():
    memory, made = Rendered(most=25), []

    def get(key):
        return memory.get(key, lambda: made.append(key) or key * 10)

    for key in ("a", "b", "a", "c", "a"):
        assert get(key) == key * 10
    assert made == ["a", "b", "c"]
    get("b")
    assert made == ["a", "b", "c", "b"], "b had made room"
    memory.forget()
    get("a")
    assert made[-1] == "a"
