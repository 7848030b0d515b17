"""Reports for people: live figures during the service, and the tables at its end."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from time import perf_counter
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tools.simulator.cashiers import Takings
from tools.simulator.ledger import percentile
from tools.simulator.reconcile import Account
from tools.simulator.service import Evening

SHARES = (0.50, 0.95, 0.99)
REDRAW = 0.25
PLAIN_EVERY = 10.0
MOST_ROWS = 8


async def show_live(evening: Evening, console: Console) -> None:
    """Show figures until cancelled: in place on a terminal, otherwise a line from time to time."""
    if not console.is_terminal:
        while True:
            await asyncio.sleep(PLAIN_EVERY)
            console.print(_line(evening), soft_wrap=True)
    progress = Progress(
        TextColumn("{task.description:>22}"), BarColumn(bar_width=None), MofNCompleteColumn(), TimeElapsedColumn()
    )
    bar = progress.add_task("opening", total=None)
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        while True:
            ledger = evening.ledger
            done = len(ledger.ours) + len(ledger.delivered)
            progress.update(bar, description=evening.phase, completed=done, total=2 * len(evening.plan.orders) or None)
            live.update(Group(progress, _figures(evening)))
            await asyncio.sleep(REDRAW)


def _line(evening: Evening) -> str:
    ledger = evening.ledger
    return (
        f"{evening.phase}: placed {len(ledger.placements)} of {len(evening.plan.orders)}, "
        f"acknowledged {len(ledger.ours)}, shown {_shown(evening)}, delivered {len(ledger.delivered)}, "
        f"retries {ledger.traffic.retries}, screen p95 {_ms(percentile(ledger.screen_times(), 0.95))}"
    )


def _shown(evening: Evening) -> int:
    return sum(evening.ledger.shown_everywhere(order_id) for order_id in evening.ledger.ours)


def _figures(evening: Evening) -> Table:
    ledger = evening.ledger
    seconds = max(perf_counter() - ledger.started_at, 0.001)
    table = Table(box=None, padding=(0, 2))
    for heading in ("placed", "acknowledged", "shown", "bumped", "delivered", "orders/s", "retries", "screen p95"):
        table.add_column(heading, justify="right")
    figures = (len(ledger.placements), len(ledger.ours), _shown(evening), ledger.bumped, len(ledger.delivered))
    table.add_row(
        *(f"{figure:,}" for figure in figures),
        f"{len(ledger.ours) / seconds:.1f}",
        f"{ledger.traffic.retries:,}",
        _ms(percentile(ledger.screen_times(), 0.95)),
    )
    return table


def show_account(evening: Evening, account: Account, console: Console) -> None:
    """Print the final tables and the verdict."""
    console.print(_account_table(evening, account))
    console.print(_latency_table(evening))
    for table in (_skipped_table(evening), _price_table(evening), _wrong_totals_table(account)):
        if table.row_count:
            console.print(table)
    if account.takings is not None:
        console.print(_takings_table(account.takings, evening))
    _show_sets(account, console)
    if account.problems:
        console.print(f"[bold red]NOT GOOD[/]: {'; '.join(account.problems)}.")
    else:
        console.print("[bold green]GOOD[/]: nothing lost, nothing doubled, all shown, the money agrees.")


def _account_table(evening: Evening, account: Account) -> Table:
    traffic = evening.ledger.traffic
    table = Table("Account", "", title=f"{evening.pads} pads, {evening.ordering_seconds:.1f} s of ordering")
    table.columns[1].justify = "right"
    rows: list[tuple[str, Any]] = [
        ("placed", account.placed),
        ("acknowledged", account.acknowledged),
        ("shown in the kitchen", account.shown),
        ("announced to programs", account.announced),
        ("delivered", account.delivered),
        ("refused", _reasons(account.refused)),
        ("never answered", account.unanswered),
        ("[bold]lost[/]", len(account.lost)),
        ("not shown yet", len(account.not_shown_yet)),
        ("[bold]doubled[/]", len(account.doubled)),
        ("history rows skipped", _reasons(evening.plan.skipped_by_reason())),
        ("history rows at another price", sum(sum(d.rows.values()) for d in evening.plan.differences)),
        ("money expected", _money(account.expected, evening)),
        ("money found", _money(account.found, evening)),
        ("attempts repeated", traffic.retries),
        ("  busy (503)", traffic.answers[503]),
        ("  above the limit (429)", traffic.answers[429]),
        ("  server errors", traffic.server_errors),
        ("  connections lost, timed out", f"{traffic.lost_connections}, {traffic.timeouts}"),
        ("answers replayed", traffic.replayed),
        ("complaints of staff", _reasons(evening.ledger.complaints)),
    ]
    for name, value in rows:
        table.add_row(name, f"{value:,}" if isinstance(value, int) else str(value))
    return table


def _latency_table(evening: Evening) -> Table:
    table = Table("Time", "p50", "p95", "p99", "slowest")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, times in _latencies(evening).items():
        table.add_row(name, *(_ms(percentile(times, share)) for share in (*SHARES, 1.0)))
    return table


def _latencies(evening: Evening) -> dict[str, list[float]]:
    return {
        "order → acknowledged": evening.ledger.acknowledge_times(),
        "order → kitchen screen": evening.ledger.screen_times(),
    }


def _skipped_table(evening: Evening) -> Table:
    """Build a table with the first rows for every reason, so that they can be looked up in the file."""
    table = Table("Skipped because", "rows", "first at row", title="History rows skipped")
    for reason, count in evening.plan.skipped_by_reason().most_common(MOST_ROWS):
        first = min(row.row for row in evening.plan.skipped if row.reason == reason)
        table.add_row(reason, f"{count:,}", str(first))
    return table


def _price_table(evening: Evening) -> Table:
    table = Table("Item", "menu", "history (rows)", title="Prices in the history that differ from the menu's")
    for difference in evening.plan.differences[:MOST_ROWS]:
        others = ", ".join(f"{price} ({count})" for price, count in sorted(difference.rows.items()))
        table.add_row(difference.item, str(difference.menu_price), others)
    rest = len(evening.plan.differences) - MOST_ROWS
    if rest > 0:
        table.add_row(f"and {rest} more", "", "")
    return table


def _wrong_totals_table(account: Account) -> Table:
    table = Table("Order", "expected", "found", title="Orders with another total than the menu's prices give")
    for order_id, expected, found in account.wrong_totals[:MOST_ROWS]:
        table.add_row(str(order_id), str(expected), str(found))
    return table


def _takings_table(takings: Takings, evening: Evening) -> Table:
    """Return the end of the evening, from the dishes to the money."""
    table = Table("Till", "", title=f"{takings.bills} bills, {takings.payments} payments, {takings.refunds} refunds")
    table.columns[1].justify = "right"
    table.add_row("paid", _money(takings.paid, evening))
    table.add_row("given back", _money(takings.given_back, evening))
    table.add_row("vouchers sold", _money(takings.prepaid.sold, evening))
    table.add_row("vouchers: left on them", _money(takings.prepaid.left, evening))
    table.add_row("put on the account", _money(takings.prepaid.charged, evening))
    table.add_row("tabs opened", str(takings.tabs))
    deposits = takings.deposits
    for words, amount in (
        ("deposits paid", deposits.paid),
        ("deposits: spent on bills", deposits.spent),
        ("deposits: given back", deposits.given_back),
        ("deposits: kept", deposits.kept),
    ):
        table.add_row(words, _money(amount, evening))
    closing = takings.closing
    if closing:
        figures = closing["figures"]
        for name in ("lines", "adjustments", "refunds", "service", "tax"):
            table.add_row(f"closing: {name}", figures[name])
        for name in ("tips", "rounding", "money", "open_before", "open_after"):
            table.add_row(f"closing: {name}", closing[name])
        for each in closing["methods"]:
            table.add_row(f"closing: {each['method']}", each["amount"])
    return table


def _show_sets(account: Account, console: Console) -> None:
    """Print the ids of wrong orders."""
    for name, orders in (
        ("lost (not stored)", account.lost),
        ("not shown in the kitchen yet", account.not_shown - account.lost),
        ("not announced yet", account.not_announced - account.lost),
        ("doubled", account.doubled),
        ("stored although refused", account.invented),
    ):
        if orders:
            some = ", ".join(map(str, sorted(orders)[:20]))
            console.print(f"[red]{name}[/]: {len(orders)} ({some}{' …' if len(orders) > 20 else ''})")


def figures(evening: Evening, account: Account) -> dict[str, Any]:
    """Return all figures in the form that `--json` writes."""
    traffic, plan = evening.ledger.traffic, evening.plan
    return {
        "good": not account.problems,
        "problems": account.problems,
        "pads": evening.pads,
        "ordering_seconds": round(evening.ordering_seconds, 3),
        "orders_per_second": round(account.acknowledged / max(evening.ordering_seconds, 0.001), 2),
        **{
            name: getattr(account, name)
            for name in ("placed", "acknowledged", "shown", "announced", "delivered", "unanswered")
        },
        "refused": dict(account.refused),
        "lost": sorted(account.lost),
        "not_shown_yet": sorted(account.not_shown_yet),
        "doubled": sorted(account.doubled),
        "money_expected": str(account.expected),
        "money_found": str(account.found),
        "currency": evening.currency,
        "rows_skipped": dict(plan.skipped_by_reason()),
        "rows_at_another_price": sum(sum(difference.rows.values()) for difference in plan.differences),
        "traffic": {
            "answers": {str(status): count for status, count in sorted(traffic.answers.items())},
            **{name: getattr(traffic, name) for name in ("retries", "lost_connections", "timeouts", "replayed")},
            "server_errors": traffic.server_errors,
        },
        "complaints": dict(evening.ledger.complaints),
        "closing": account.takings.closing if account.takings else None,
        "milliseconds": {
            name: {f"p{int(share * 100)}": _milliseconds(percentile(times, share)) for share in (*SHARES, 1.0)}
            for name, times in _latencies(evening).items()
        },
    }


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _ms(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds * 1000:,.0f} ms"


def _reasons(counted: dict[str, int]) -> str:
    """Format counted reasons: '3: 2 sold_out, 1 stale', or 0."""
    total = sum(counted.values())
    if not total:
        return "0"
    return f"{total:,}: " + ", ".join(f"{count:,} {reason}" for reason, count in counted.items())


def _money(amount: Decimal, evening: Evening) -> str:
    cents = round(amount, 2)  # the database keeps four places
    shown = cents if cents == amount else amount
    return f"{shown:,} {evening.currency}"
