"""The database as a judge reads it: straight from its tables, past everything that the product does."""

import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg

PROGRAMS_READ = ("order_created", "order_updated")


@dataclass
class Books:
    """What stands in the orders, by the mark in the note of a line."""

    orders: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    totals: dict[int, Decimal] = field(default_factory=dict)
    tickets: set[int] = field(default_factory=set)  # orders that the kitchen has


class Log:
    """Reads with a connection of its own for each question: the database may have been killed in between."""

    def __init__(self, address: str) -> None:
        self.address = address

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        if self.address.startswith("postgres"):
            with psycopg.connect(self.address, connect_timeout=5) as connection:
                return connection.execute(sql).fetchall()
        connection = sqlite3.connect(f"{Path(self.address).as_uri()}?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def last_order_event(self) -> int:
        """The place of the last event that every program must have been told."""
        ((seq,),) = self.rows("SELECT coalesce(max(seq), 0) FROM core_event WHERE type LIKE 'order_%'")
        return int(seq)

    def last_placed(self) -> int:
        """The place of the last new order: no wall may stand before it."""
        ((seq,),) = self.rows("SELECT coalesce(max(seq), 0) FROM core_event WHERE type = 'order_created'")
        return int(seq)

    def order_events(self) -> list[int]:
        """The places of all events that programs are told, in order."""
        return [seq for (seq,) in self.rows("SELECT seq FROM core_event WHERE type LIKE 'order_%' ORDER BY seq")]

    def gaps(self) -> int:
        """Numbers of the log that nobody has, or that came twice."""
        ((count, last),) = self.rows("SELECT count(*), coalesce(max(seq), 0) FROM core_event")
        ((head,),) = self.rows("SELECT coalesce(max(seq), 0) FROM core_feedhead")
        return abs(int(head) - int(count)) + abs(int(head) - int(last))

    def books(self) -> Books:
        """Every order that stands, with what it costs."""
        books = Books()
        marks = "SELECT DISTINCT o.id, l.note FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id"
        for order_id, mark in self.rows(f"{marks} WHERE l.note <> ''"):
            books.orders[mark].append(order_id)
        for order_id, total in self.rows("SELECT id, total FROM orders_order"):
            books.totals[order_id] = Decimal(str(total)).quantize(Decimal("0.01"))
        books.tickets = {order_id for (order_id,) in self.rows("SELECT DISTINCT order_id FROM kitchen_ticket")}
        return books
