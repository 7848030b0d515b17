"""The database as the checker reads it: directly from the tables, independently of the product's code."""

import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import psycopg


class Head(NamedTuple):
    """The places in the log that the screens of a restaurant must have reached."""

    last: int = 0  # the place of the last event for programs
    placed: int = 0  # the place of the last new order; no wall may be behind it


@dataclass
class StoredOrders:
    """The stored orders, by the mark in the note of a line."""

    orders: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    totals: dict[int, Decimal] = field(default_factory=dict)
    tickets: set[int] = field(default_factory=set)  # ids of orders with a ticket


class Log:
    """Database reads with a new connection for each query, because the database may have been killed in between."""

    def __init__(self, address: str) -> None:
        self.address = address

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.address.startswith("postgres"):
            with psycopg.connect(self.address, connect_timeout=5) as connection:
                return connection.execute(sql).fetchall()
        address = f"{Path(self.address).as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=20)) as file:
            return file.execute(sql).fetchall()

    def write(self, sql: str) -> None:
        """Execute one statement that prepares the restaurants before anything is served."""
        if self.address.startswith("postgres"):
            with psycopg.connect(self.address, connect_timeout=5) as connection:
                connection.execute(sql)
            return
        with closing(sqlite3.connect(self.address, timeout=20)) as file, file:
            file.execute(sql)

    def heads(self) -> dict[int, Head]:
        """Return, by restaurant, the places that its screens must have reached."""
        new = "max(CASE WHEN type = 'order_created' THEN seq ELSE 0 END)"
        orders = "FROM core_event WHERE type LIKE 'order_%' GROUP BY restaurant_id"
        rows = self.rows(f"SELECT restaurant_id, max(seq), {new} {orders}")
        return {restaurant: Head(last, placed) for restaurant, last, placed in rows}

    def last_placed(self) -> int:
        """Return the place of the last new order; no wall may be behind it."""
        ((seq,),) = self.rows("SELECT coalesce(max(seq), 0) FROM core_event WHERE type = 'order_created'")
        return int(seq)

    def order_events(self, after: int = 0) -> dict[int, list[int]]:
        """Return, by restaurant, the places of all events after `after` that programs receive, in order."""
        found: dict[int, list[int]] = defaultdict(list)
        program_events = f"type LIKE 'order_%' AND seq > {after}"
        rows = self.rows(f"SELECT restaurant_id, seq FROM core_event WHERE {program_events} ORDER BY seq")
        for restaurant, seq in rows:
            found[restaurant].append(seq)
        return found

    def alarmed(self) -> set[int]:
        """Return the ids of the orders that raised the alarm because the kitchen had not seen them in time."""
        rows = self.rows("SELECT subject FROM core_event WHERE type = 'order_updated' AND action = 'unseen'")
        return {int(subject.rpartition(":")[2]) for (subject,) in rows}

    def gaps(self) -> int:
        """Count the numbers in the restaurants' logs that are missing or used twice."""
        rows = self.rows("SELECT restaurant_id, count(*), max(seq) FROM core_event GROUP BY restaurant_id")
        logs = {restaurant: (count, last) for restaurant, count, last in rows}
        heads = self.rows("SELECT restaurant_id, seq FROM core_feedhead")
        return sum(abs(head - place) for restaurant, head in heads for place in logs.get(restaurant, (0, 0)))

    def stored_orders(self) -> StoredOrders:
        """Read all stored orders with their totals."""
        stored = StoredOrders()
        marks = "SELECT DISTINCT o.id, l.note FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id"
        for order_id, mark in self.rows(f"{marks} WHERE l.note <> ''"):
            stored.orders[mark].append(order_id)
        for order_id, total in self.rows("SELECT id, total FROM orders_order"):
            stored.totals[order_id] = Decimal(str(total)).quantize(Decimal("0.0001"))
        stored.tickets = {order_id for (order_id,) in self.rows("SELECT DISTINCT order_id FROM kitchen_ticket")}
        return stored
