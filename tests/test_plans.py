"""Query plans: with fifty thousand old orders every statement of pages, answers and actions uses an index.

The tests read the plans of the database; a statement that would scan a long table fails.
"""

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bistro.core.live import event_log
from bistro.core.services import upkeep
from bistro.core.speed import statement_batch
from harness.old_orders import COPIED, POSTGRES, SQLITE, copy_rows
from kitchen.alarms import unseen_tickets
from kitchen.services import raise_unseen_ticket_alarms
from kitchen.wall.live import KitchenView
from menu.services import end_pauses
from orders.models import Order
from orders.program_feed import OrderFeed
from orders.services import place_orders, raise_unseen_alarms

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
OLD = 50_000  # orders; a quarter of a million events
ORIGINALS = 20
# Counting to ten thousand, or reading a page in the index's own order, ends early in a table of any length. Sorting
# needs all rows.
BOUNDED = re.compile(r"LIMIT (\d+)\)? ?(subquery)?$")
SORTED = "USE TEMP B-TREE FOR ORDER BY"
WIDE = ("(restaurant_id=?)", "(table_id=?)", "(station_id=?)")  # conditions that most old rows meet
READS = re.compile(r"\s*(SELECT|UPDATE|DELETE)", re.IGNORECASE)


@dataclass
class Asked:
    """A recorder of every statement with its parameters."""

    statements: list[tuple[str, tuple]] = field(default_factory=list)

    def __call__(self, execute, sql, parameters, many, context):
        answer = execute(sql, parameters, many, context)
        if READS.match(sql):
            self.statements.append((sql, tuple(parameters or ())))
        return answer


@pytest.fixture
def old_house(house, monkeypatch):
    """Return a restaurant with twenty served orders, copied until there are `OLD`, and a few open ones.

    Statements run one by one, because only single statements can be explained.
    """
    monkeypatch.setattr(statement_batch, "takes_several", lambda connection: False)
    if settings.SQLITE:  # on PostgreSQL statistics of small tables would make the foreign key checks of the copy slow
        refresh()
    before = {table: last_id(table) for table in COPIED}
    for _ in range(ORIGINALS):
        house.reach("delivered")
    assert house.api("manager").post(f"/api/v1/tables/{house.table.pk}/clear").status_code < 300
    with connection.cursor() as cursor:
        if not settings.SQLITE:
            cursor.execute("SET statement_timeout = 0")  # `refresh` closes this connection
        copy_rows(connection.connection, SQLITE if settings.SQLITE else POSTGRES, before, OLD // ORIGINALS)
    go_on_counting()
    for _ in range(3):
        house.reach("preparing")
        house.order()
    refresh()
    return house


def last_id(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return cursor.fetchone()[0]


def refresh():
    """Refresh statistics as the servers' own thread does, so that open connections use them too."""
    if settings.SQLITE:
        upkeep._due = None
        thread = threading.Thread(target=lambda: upkeep.refresh_statistics(now=timezone.now()) or connection.close())
        thread.start()
        thread.join(60)
    else:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        connection.close()


def go_on_counting():
    """Set the sequences behind the keys of the copies."""
    if not settings.SQLITE:
        with connection.cursor() as cursor:
            for table in COPIED:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


def long_reads(sql, parameters) -> list[str]:
    """Return the parts of the plan that read a long table from end to end."""
    return on_sqlite(sql, parameters) if settings.SQLITE else on_postgres(sql, parameters)


def on_sqlite(sql, parameters):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plan = [row[3] for row in cursor.fetchall()]
    if BOUNDED.search(sql.strip()) and SORTED not in plan:
        return []
    names = {alias: table for table in COPIED for alias in (table, *aliases(sql, table))}
    found = []
    for step in plan:
        match = re.match(r"(SCAN|SEARCH) (\w+)(.*)", step)
        if match is None or names.get(match[2]) not in COPIED:
            continue
        whole = match[1] == "SCAN" or match[3].endswith(WIDE)
        if whole and not is_partial(match[3]):
            found.append(step)
    return found


def aliases(sql, table):
    return re.findall(rf'"{table}" (?:AS )?"?([A-Z]\d)"?', sql)


def is_partial(step):
    """Return True for an index of the open rows alone, which is short."""
    name = re.search(r"INDEX (\w+)", step)
    if name is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'index' AND name = %s", [name[1]])
        row = cursor.fetchone()
    return row is not None and row[0] is not None and " WHERE " in row[0]


def on_postgres(sql, parameters):
    """Return executed nodes that read more than a thousand rows of a long table."""
    if BOUNDED.search(sql.strip()):
        return []
    with connection.cursor() as cursor:
        reads = sql.lstrip().upper().startswith("SELECT")
        explain = "EXPLAIN (FORMAT JSON, ANALYZE)" if reads else "EXPLAIN (FORMAT JSON)"
        cursor.execute(f"{explain} {sql}", parameters)
        (plan,) = cursor.fetchone()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return [describe(node) for node in nodes(plan[0]["Plan"]) if node.get("Relation Name") in COPIED and is_long(node)]


def nodes(node):
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


def is_long(node):
    rows = node.get("Actual Rows", node["Plan Rows"]) + node.get("Rows Removed by Filter", 0)
    return node["Node Type"] == "Seq Scan" or rows * node.get("Actual Loops", 1) > 1_000


def describe(node):
    return f"{node['Node Type']} on {node['Relation Name']} ({node.get('Filter', node.get('Index Cond', ''))})"


def pages(house):
    """Return all pages and answers."""
    browser, owner, pad = house.browser("owner"), house.api("owner"), house.api("pad")
    for path in ("/kitchen/", f"/kitchen/{house.station.pk}/", "/floor/", f"/floor/tables/{house.table.pk}/"):
        yield path, lambda path=path: browser.get(path)
    for path in ("/api/orders", "/api/v1/orders", "/api/v1/orders?cursor=", "/api/v1/orders?status=open",
                 "/api/v1/orders/recent", "/api/v1/kitchen/load", "/api/v1/pauses",
                 "/api/v1/tickets", "/api/v1/tickets?status=open",
                 "/api/v1/tickets?status=done", "/api/v1/tables",
                 f"/api/v1/events?after={event_log.position(house.restaurant.pk).seq - 5}", "/metrics"):  # fmt: skip
        yield path, lambda path=path: owner.get(path)
    for path in ("/api/orders", "/api/v1/kitchen/load", "/api/v1/pad", "/api/v1/pad/orders", "/api/v1/orders"):
        yield f"{path} by a pad", lambda path=path: pad.get(path)


def acts(house):
    """Return all actions of an evening and the feed's queries."""
    order = Order.objects.filter(status="placed").first()
    ticket, actor = order.tickets.first(), house.actor("kitchen")
    position = event_log.position(house.restaurant.pk)
    manager, screen, spare = house.api("manager"), house.api("screen"), house.add_table()
    gone = house.order(house.actor("waiter"), table_id=spare.pk)
    assert manager.post(f"/api/v1/orders/{gone.id}/cancel", {"reason": "Mistake"}).status_code == 200
    yield "place", lambda: place_orders([house.request(key="a"), house.request(key="b")])
    yield "bump", lambda: screen.post(f"/api/v1/tickets/{ticket.pk}/bump")
    yield "deliver", lambda: manager.post(f"/api/v1/orders/{order.pk}/deliver")
    yield (
        "cancel",
        lambda: manager.post(f"/api/v1/orders/{Order.objects.open().first().pk}/cancel", {"reason": "Mistake"}),
    )
    yield "clear", lambda: manager.post(f"/api/v1/tables/{spare.pk}/clear")
    yield "sweep", lambda: raise_unseen_alarms(now=timezone.now() + timedelta(seconds=60))
    yield "sweep of tickets", lambda: raise_unseen_ticket_alarms(now=timezone.now() + timedelta(seconds=60))
    yield "alarms of tickets", lambda: unseen_tickets(actor)
    yield "sweep of pauses", lambda: end_pauses(now=timezone.now() + timedelta(seconds=60))
    yield "feed", lambda: event_log.events_after(house.restaurant.pk, position.seq - 5)
    yield "news", lambda: event_log.read_log([house.restaurant.pk], {house.restaurant.pk: position.seq - 5})
    yield "orders socket", lambda: list(OrderFeed(house.restaurant.pk, actor, None).snapshot(position))
    yield "pad socket", lambda: list(OrderFeed(house.restaurant.pk, actor, house.table.pk).snapshot(position))
    yield "kitchen socket", lambda: list(KitchenView(house.restaurant.pk, actor, None).snapshot(position))
    news = event_log.events_after(house.restaurant.pk, position.seq - 20)
    yield "kitchen push", lambda: list(KitchenView(house.restaurant.pk, actor, None).changes(news, position))


def test_nothing_reads_the_history(old_house):
    problems = []
    for what, do in [*pages(old_house), *acts(old_house)]:
        problems += [f"{what}: {step}\n    {sql}" for sql, step in long_steps(do)]
    assert not problems, "\n".join(problems)
    the_control_finds_what_has_no_index()


def the_control_finds_what_has_no_index():
    """A word of a note; and on SQLite open rows that are asked for in the usual way."""
    assert long_steps(lambda: list(Order.objects.filter(note__contains="salt").order_by()))
    if settings.SQLITE:
        assert long_steps(lambda: list(Order.objects.filter(status__in=["placed", "ready"]).order_by()))


def long_steps(do: Callable[[], object]) -> list[tuple[str, str]]:
    asked = Asked()
    with connection.execute_wrapper(asked):
        answer = do()
    assert getattr(answer, "status_code", 200) < 300, (answer.request["PATH_INFO"], answer.content)
    return [(sql, step) for sql, parameters in asked.statements for step in long_reads(sql, parameters)]
