"""The one table of `make faults`, and which promises the figures break."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table

from tests.faults.chaos import POSTGRES, REDIS, WORKER, Recovery
from tests.faults.evening import Outcome
from tests.faults.trials import NEVER, Behind, DeadLine, Restarted

# Seconds in which every screen is right again (R2), lags (R4) and is dark (R18).
WITHIN = {WORKER: 5.0, REDIS: 3.0, POSTGRES: 3.0}
BEHIND_AT_MOST = 2.0
DARK_AT_MOST = 3.0
SNAPSHOTS_AT_MOST = 1.2
NOTICED_WITHIN = 12.0 + 3.0  # the watchdog, and one more try (R11)

COLUMNS = (
    "evening", "orders", "lost", "doubled", "invented", "unanswered", "money", "5xx",
    "worker: p50 p99 max s", "Redis: p50 p99 max s", "PostgreSQL: p50 p99 max s", "missed", "stale", "dark s",
)  # fmt: skip


@dataclass
class Row:
    """One line: its cells, and what it breaks. A control must break something."""

    cells: dict[str, str]
    problems: list[str] = field(default_factory=list)
    control: bool = False

    @property
    def name(self) -> str:
        return self.cells["evening"]

    @property
    def good(self) -> bool:
        return bool(self.problems) == self.control


def percentile(values: Iterable[float], share: float) -> float:
    """The nearest rank; never, of nothing."""
    ordered = sorted(values)
    return ordered[max(0, int(-(-len(ordered) * share // 1)) - 1)] if ordered else NEVER


def spread(values: Sequence[float]) -> str:
    """p50, p99 and the largest."""
    return " ".join(_seconds(percentile(values, share)) for share in (0.5, 0.99, 1.0)) if values else "–"


def _seconds(value: float) -> str:
    return "never" if value == NEVER else f"{value:.1f}"


def evening_row(outcome: Outcome, *, control: bool = False) -> Row:
    """A whole evening."""
    account = outcome.account
    cells = {
        "evening": outcome.name,
        "orders": f"{account.acknowledged:,}",
        "lost": f"{len(account.lost)}",
        "doubled": f"{len(account.doubled)}",
        "invented": f"{len(account.invented)}",
        "unanswered": f"{len(account.unanswered)}",
        "money": "equal" if account.money_is_equal else f"{account.found - account.expected:+}",
        "5xx": f"{outcome.server_errors}",
        COLUMNS[8]: _recovery(outcome.recoveries.get(WORKER)),
        COLUMNS[9]: _recovery(outcome.recoveries.get(REDIS)),
        COLUMNS[10]: _recovery(outcome.recoveries.get(POSTGRES)),
        "missed": f"{outcome.missed}",
        "stale": f"{outcome.unequal} of {outcome.screens}",
        "dark s": f"{outcome.darkest:.1f}",
    }
    late = [] if control else list(_late(outcome))
    return Row(cells, outcome.problems + late, control)


def _recovery(recovery: Recovery | None) -> str:
    if recovery is None:
        return "–"
    return f"{spread(recovery.screens + [NEVER] * recovery.never)} (×{recovery.times})"


def _late(outcome: Outcome) -> Iterable[str]:
    """A single process is away while it starts: only those with another one beside it are held to the seconds."""
    if outcome.processes > 1:
        for fault, recovery in outcome.recoveries.items():
            slowest = max(recovery.screens, default=0.0)
            if slowest > WITHIN[fault]:
                yield f"a screen was right again only {slowest:.1f} s after “{fault}” ({WITHIN[fault]:.0f} s promised)"


def behind_row(name: str, found: Behind, *, control: bool = False) -> Row:
    """Redis away or frozen: how far the screens were behind."""
    problems = [f"{found.server_errors} server errors"] if found.server_errors else []
    problems += [f"{found.busy} orders were told to come again"] if found.busy else []
    if found.furthest > BEHIND_AT_MOST:
        problems.append(f"screens up to {_seconds(found.furthest)} s behind ({BEHIND_AT_MOST:.0f} s promised)")
    cells = {
        "evening": f"{name}; an order takes p50 p99 max {spread(found.waits)} s",
        "orders": f"{found.acknowledged:,}",
        "5xx": f"{found.server_errors}",
        COLUMNS[9]: f"{spread(found.seconds)} behind",
    }
    return Row(cells, problems, control)


def restart_row(name: str, found: Restarted, *, control: bool = False) -> Row:
    """A rolling restart."""
    problems = [] if found.back else ["a screen never came back"]
    if found.share > SNAPSHOTS_AT_MOST:
        problems.append(f"{found.share:.1f} snapshots a screen ({SNAPSHOTS_AT_MOST} promised)")
    if max(found.dark, default=0.0) > DARK_AT_MOST and not control:
        problems.append(f"a screen was dark for {max(found.dark):.1f} s ({DARK_AT_MOST:.0f} s promised)")
    cells = {
        "evening": f"{name}; {found.share:.1f} snapshots a screen",
        COLUMNS[8]: f"{spread(found.dark)} dark",
        "stale": "0" if found.back else "some",
        "dark s": _seconds(max(found.dark, default=0.0)),
    }
    return Row(cells, problems, control)


def dead_line_row(name: str, found: DeadLine, *, control: bool = False) -> Row:
    """Lines that died without a word: the whole time until the screen was right again."""
    lost = found.seconds.count(NEVER)
    problems = [f"{lost} screens never noticed"] if lost else []
    if not lost and max(found.seconds) > NOTICED_WITHIN:
        problems.append(f"a screen was stale for {max(found.seconds):.1f} s ({NOTICED_WITHIN:.0f} s promised)")
    cells = {
        "evening": f"{name}; right again after p50 p99 max {spread(found.seconds)} s",
        "stale": f"{lost} of {len(found.seconds)}",
        "dark s": _seconds(max(found.dark, default=0.0)),
    }
    return Row(cells, problems, control)


def show(rows: Sequence[Row], console: Console, *, markdown: bool) -> bool:
    """Print the table and the verdict; whether all is as it should be."""
    table = Table(box=box.MARKDOWN if markdown else box.SIMPLE_HEAD)
    justify: Callable[[str], str] = lambda name: "left" if name == "evening" else "right"  # noqa: E731
    for name in COLUMNS:
        table.add_column(name, justify=justify(name), no_wrap=markdown)  # type: ignore[arg-type]
    for row in rows:
        table.add_row(*(row.cells.get(name, "") for name in COLUMNS))
    console.print(table)
    for row in rows:
        if row.good:
            continue
        told = "the control found nothing to complain about" if row.control else "; ".join(row.problems)
        console.print(f"[bold red]NOT GOOD[/] {row.name}: {told}", soft_wrap=True)
    good = all(row.good for row in rows)
    if good:
        console.print("[bold green]GOOD[/]: every promise held, and every control failed as it must.")
    return good
