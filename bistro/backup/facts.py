"""Facts about a database that a restored copy must match: positions, seals, row counts, and money of each day."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, OuterRef, Subquery, Sum

from bistro.core.kernel.money import ZERO
from bistro.core.models import FeedEpoch, FeedHead, Seal, SealHead
from orders.models import Order

Facts = dict[str, Any]


def read_facts(alias: str) -> Facts:
    """Return the facts of one database. All values survive JSON unchanged.

    A database whose first start was interrupted lacks some tables, and the backup before an upgrade reads it too.
    """
    rows = _rows(alias)
    return {
        "migrations": _migrations(alias),
        "epoch": _epoch(alias) if FeedEpoch._meta.db_table in rows else "",
        "heads": _heads(alias) if FeedHead._meta.db_table in rows else {},
        "sealed": _sealed(alias) if SealHead._meta.db_table in rows else {},
        "rows": rows,
        "money": _money(alias) if Order._meta.db_table in rows else {},
    }


def _epoch(alias: str) -> str:
    return next(iter(FeedEpoch.objects.using(alias).values_list("value", flat=True)), "")


def _heads(alias: str) -> dict[str, int]:
    return {str(key): seq for key, seq in FeedHead.objects.using(alias).values_list("restaurant_id", "seq")}


def _sealed(alias: str) -> dict[str, str]:
    """Return the lines that `verify_log` prints and takes with `--expect`, as the last seals hold them."""
    heads = SealHead.objects.using(alias).filter(seq__gt=0)
    last = Seal.objects.using(alias).filter(restaurant=OuterRef("restaurant"), last=OuterRef("seq"))
    rows = heads.values_list("restaurant_id", "seq", Subquery(last.values("chain")[:1]))
    return {str(key): f"{key}:{seq}:{chain}" for key, seq, chain in rows}


def _migrations(alias: str) -> list[str]:
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _rows(alias: str) -> dict[str, int]:
    """Return the number of rows of every table."""
    connection = connections[alias]
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            found[table] = int(cursor.fetchone()[0])
    return found


def _money(alias: str) -> dict[str, dict[str, Any]]:
    """Return orders and sales by restaurant and business day, without cancelled orders."""
    rows = Order.objects.using(alias).kept().order_by().values_list("restaurant_id", "business_date")
    found: dict[str, dict[str, Any]] = {}
    for restaurant, day, orders, total in rows.annotate(Count("pk"), Sum("total")):
        amount = (total or ZERO).quantize(ZERO)
        found.setdefault(str(restaurant), {})[day.isoformat()] = {"orders": orders, "total": str(amount)}
    return found


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return one line for each fact that differs, such as the sales of one restaurant on one day.

    Kinds of facts that the archive does not know yet are not compared.
    """
    before, after = dict(_flat(expected)), dict(_flat({kind: found[kind] for kind in found if kind in expected}))
    return [
        f"{name}: {before.get(name, 'nothing')} in the archive, {after.get(name, 'nothing')} in the restored database"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    ]


def _flat(facts: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(facts, Mapping):
        for key, value in facts.items():
            yield from _flat(value, f"{name} {key}".strip())
    else:
        yield name, facts
