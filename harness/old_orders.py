"""A database with years of orders: a few are placed and served for real, then copied by the million in SQL.

A copy is complete: order, lines, tickets, their lines, party and all events, with the times moved to an earlier day.
All copies together follow the originals without a gap, as if they had been written one after the other.
"""

import asyncio
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg

from harness.database import close_everything, is_postgres
from harness.evening import opened
from harness.installation import Installation
from harness.load_clients import Crew, log_in

ORIGINALS = 20
ITEMS = [{"name": "Burger", "quantity": 3}, {"name": "Ice Cream", "quantity": 1}]
COPIES_A_DAY = 50  # twenty originals each: 1,000 orders a day
MINUTES_APART = 10
# Table → columns that refer to another copied row.
COPIED: Mapping[str, Mapping[str, str]] = {
    "tables_party": {},
    "tables_occupancy": {"party_id": "tables_party"},
    "orders_order": {"party_id": "tables_party"},
    "orders_orderline": {"order_id": "orders_order"},
    "kitchen_ticket": {"order_id": "orders_order"},
    "kitchen_ticketline": {"ticket_id": "kitchen_ticket", "line_id": "orders_orderline"},
    "core_event": {},
}


@dataclass(frozen=True)
class Dialect:
    """The spelling of one database; `{days}` and `{seconds}` are the distance by which a time moves back."""

    uid: str
    moment: str
    day: str


POSTGRES = Dialect(
    uid="gen_random_uuid()",
    moment="o.{name} - make_interval(days => {days}, secs => {seconds})",
    day="o.{name} - {days}",
)
SQLITE = Dialect(
    uid="lower(hex(randomblob(16)))",
    moment="strftime('%Y-%m-%d %H:%M:%f000', o.{name}, '-' || {days} || ' days', '-' || {seconds} || ' seconds')",
    day="date(o.{name}, '-' || {days} || ' days')",
)


@dataclass(frozen=True)
class Block:
    """The originals of one table: the rows after `before`, up to `last`."""

    before: int
    last: int

    @property
    def span(self) -> int:
        return self.last - self.before


async def grow_old(here: Installation, orders: int) -> None:
    """Add that many old orders to an installation, which serves again afterwards."""
    before = await asyncio.to_thread(_last_ids, here)
    await serve_originals(here)
    for worker in here.workers:
        await asyncio.to_thread(worker.terminate)
    await asyncio.to_thread(copy_orders, here.log.address, before, orders // ORIGINALS)
    for worker in here.workers:
        worker.start()
    await asyncio.gather(*(worker.ready() for worker in here.workers))


async def serve_originals(here: Installation) -> None:
    """Place, cook and deliver orders from different tables."""
    pads, run = here.who.of_kind("pad"), secrets.token_hex(4)
    async with opened(here) as client:
        for nth in range(ORIGINALS):
            pad = pads[nth % len(pads)]
            body = {"table": pad.table, "items": ITEMS}
            placed = await client.post("/api/order", body, credential=pad, key=f"{run}-{nth}")
            assert placed.ok, placed.body
        crew = Crew(client, here.who, await log_in(client, here.who.login("waiter")))
        ids = await asyncio.to_thread(here.log.rows, "SELECT id FROM orders_order ORDER BY id DESC")
        for (order_id,) in ids[:ORIGINALS]:
            assert await crew.serve(order_id), crew.complaints
    await asyncio.to_thread(close_everything, here.log.address)  # parties are closed


def copy_orders(address: str, before: Mapping[str, int], copies: int) -> None:
    """Write that many copies of the originals, without constraint checks; the server must be stopped."""
    if is_postgres(address):
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute("SET synchronous_commit = off")
            copy_rows(connection, POSTGRES, before, copies)
            for table in COPIED:
                connection.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                )
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")
        return
    with closing(sqlite3.connect(address, isolation_level=None)) as connection:
        for hurry in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -400000"):
            connection.execute(f"PRAGMA {hurry}")
        copy_rows(connection, SQLITE, before, copies)
        connection.execute("PRAGMA journal_mode = WAL")


def copy_rows(connection: Any, dialect: Dialect, before: Mapping[str, int], copies: int) -> None:
    """Copy every row after `before`, {table: id}, that many times over an open connection."""
    blocks = {table: Block(before[table], _last_id(connection, table)) for table in COPIED}
    ((head, first),) = connection.execute(
        "SELECT max(h.seq), min(e.seq) FROM core_feedhead h JOIN core_event e ON e.restaurant_id = h.restaurant_id"
        f" WHERE e.id > {before['core_event']}"
    ).fetchall()
    sequence = head - first + 1
    for table, keys in COPIED.items():
        columns = [column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description]
        block = blocks[table]
        moved = {key: blocks[target].span for key, target in keys.items()} | {"id": block.span, "seq": sequence}
        values = ", ".join(_value(name, moved, dialect) for name in columns)
        connection.execute(
            f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies})"
            f" INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM copy CROSS JOIN {table} o"
            f" WHERE o.id > {block.before} AND o.id <= {block.last}"
        )
    connection.execute(f"UPDATE core_feedhead SET seq = seq + {copies * sequence} WHERE seq = {head}")


def _value(name: str, moved: Mapping[str, int], dialect: Dialect) -> str:
    """Return the SQL for a column of a copy: a shifted number, a shifted time, or the original's value."""
    days, seconds = f"(1 + n / {COPIES_A_DAY})", f"(n % {COPIES_A_DAY} * {MINUTES_APART * 60})"
    if name in moved:
        return f"o.{name} + n * {moved[name]}"
    if name == "number":
        return f"o.number + n % {COPIES_A_DAY} * {ORIGINALS}"
    if name == "key":
        return "o.key || '-' || n"
    if name == "uid":
        return dialect.uid
    if name == "business_date":
        return dialect.day.format(name=name, days=days)
    if name in ("at", "since", "until") or name.endswith("_at"):
        return dialect.moment.format(name=name, days=days, seconds=seconds)
    return f"o.{name}"


def _last_ids(here: Installation) -> dict[str, int]:
    return {table: here.log.rows(f"SELECT coalesce(max(id), 0) FROM {table}")[0][0] for table in COPIED}


def _last_id(connection: Any, table: str) -> int:
    ((last,),) = connection.execute(f"SELECT max(id) FROM {table}").fetchall()
    return int(last)
