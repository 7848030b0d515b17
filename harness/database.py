"""SQL statements that bypass the product: close all open orders, and write old orders by the million."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psycopg

ATTEMPTS = 5  # a sweep of the product may lock the rows in another order
OPEN_ORDERS = "SELECT id FROM orders_order WHERE status IN ('placed', 'confirmed', 'preparing', 'ready')"
OPEN_TICKETS = "SELECT id FROM kitchen_ticket WHERE status IN ('queued', 'started')"
CLOSING = (
    f"UPDATE kitchen_ticketline SET status = 'done', done_at = :now WHERE ticket_id IN ({OPEN_TICKETS})",
    f"UPDATE kitchen_ticket SET status = 'done', done_at = :now WHERE id IN ({OPEN_TICKETS})",
    f"UPDATE orders_orderline SET status = 'done' WHERE order_id IN ({OPEN_ORDERS})",
    f"UPDATE orders_order SET status = 'delivered', delivered_at = :now WHERE id IN ({OPEN_ORDERS})",
    "UPDATE tables_party SET status = 'completed', completed_at = :now WHERE status = 'seated'",
    "UPDATE tables_occupancy SET until = :now WHERE until IS NULL",
)


def is_postgres(address: str) -> bool:
    return address.startswith("postgres")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Connect to an installation's database; all statements in the block are one transaction."""
    if is_postgres(address):
        with psycopg.connect(address) as connection:
            yield connection
        return
    with closing(sqlite3.connect(address, timeout=60)) as file, file:
        yield file


def close_everything(address: str) -> None:
    """Deliver all orders, finish all tickets and close all parties, without events for the screens."""
    now = f"'{datetime.now(UTC).replace(tzinfo=None).isoformat(' ', 'microseconds')}'"
    if is_postgres(address):
        now += "::timestamp AT TIME ZONE 'UTC'"
    for _attempt in range(ATTEMPTS):
        with suppress(psycopg.errors.DeadlockDetected), connected(address) as connection:
            for statement in CLOSING:
                connection.execute(statement.replace(":now", now))
            return
    raise TimeoutError("the product's sweeps hold open orders again and again")
