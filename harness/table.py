"""The one table of `make faults`, with the promises that the figures break."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.table import Table

from harness.alarms import AlarmOutcome
from harness.backups import BackedUp
from harness.chaos import POSTGRES, REDIS, WORKER, Recovery
from harness.checker import Account
from harness.clock_steps import Stepped
from harness.drill import Drilled
from harness.evening import Outcome
from harness.full_disk import FULL, FullDisk
from harness.lockout import CODES_A_MINUTE, LockedOut
from harness.soak import Soaked
from harness.trials import NEVER, Behind, DeadLine, Restarted

# Limits in seconds: until every screen is right again, lag, p95 of an order, darkness of a screen.
WITHIN = {WORKER: 5.0, REDIS: 3.0, POSTGRES: 3.0}
BEHIND_AT_MOST = 2.0
ORDER_P95 = 0.3
SLOWER_BY = 0.005  # seconds that p95 of an order may grow beyond its ratio, because a quiet p95 is a few milliseconds
DARK_AT_MOST = 3.0
ROTATED_WITHIN = 1.0  # darkness while a socket is replaced
SNAPSHOTS_AT_MOST = 1.2
LOCKED_AT_MOST, WAITING_AT_MOST = 2.0, 1.0  # a lock that blocks orders; p99 of an order
RESTORED_WITHIN, AT_RISK_AT_MOST, SLOWER_AT_MOST = 600.0, 300.0, 1.2  # seconds, seconds, p95 during a backup
SPACE_WITHIN = 10.0  # until orders go on once a full disk has space
EXCEEDED_AT_MOST = 1.05  # of a limit, by all processes together
NOTICED_WITHIN = 12.0 + 3.0  # the watchdog and one more attempt

COLUMNS = (
    "evening", "orders", "lost", "doubled", "invented", "unanswered", "money", "5xx",
    "worker: p50 p99 max s", "Redis: p50 p99 max s", "PostgreSQL: p50 p99 max s", "missed", "stale", "dark s", "alarms",
)  # fmt: skip


@dataclass
class Row:
    """A row of the table: its cells and its broken promises. A control must break some."""

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
    """Return the value at the nearest rank, or NEVER without values."""
    ordered = sorted(values)
    return ordered[max(0, int(-(-len(ordered) * share // 1)) - 1)] if ordered else NEVER


def spread(values: Sequence[float]) -> str:
    """Format p50, p99 and the maximum."""
    return " ".join(_seconds(percentile(values, share)) for share in (0.5, 0.99, 1.0)) if values else "–"


def _seconds(value: float) -> str:
    return "never" if value == NEVER else f"{value:.1f}"


def evening_row(outcome: Outcome, *, control: bool = False) -> Row:
    """Build the row of a whole evening."""
    cells = {
        "evening": outcome.name,
        **orders(outcome.account, outcome.server_errors),
        COLUMNS[8]: recovery_cell(outcome.recoveries.get(WORKER)),
        COLUMNS[9]: recovery_cell(outcome.recoveries.get(REDIS)),
        COLUMNS[10]: recovery_cell(outcome.recoveries.get(POSTGRES)),
        "missed": f"{outcome.missed}",
        "stale": f"{outcome.unequal} of {outcome.screens}",
        "dark s": f"{outcome.darkest:.1f}",
        "alarms": f"{outcome.alarmed}",
    }
    late = [] if control else list(_late(outcome))
    return Row(cells, outcome.problems + late, control)


def orders(account: Account, errors: int) -> dict[str, str]:
    """Return the cells on the outcome of the orders."""
    return {
        "orders": f"{account.acknowledged:,}",
        "lost": f"{len(account.lost)}",
        "doubled": f"{len(account.doubled)}",
        "invented": f"{len(account.invented)}",
        "unanswered": f"{len(account.unanswered)}",
        "money": "equal" if account.money_is_equal else f"{account.found - account.expected:+}",
        "5xx": f"{errors}",
    }


def broken(account: Account, errors: int) -> list[str]:
    """Return the broken promises to the guests."""
    return account.problems + ([f"{errors} server errors"] if errors else [])


def recovery_cell(recovery: Recovery | None) -> str:
    """Format the seconds until the screens were right, and how often it was tried."""
    if recovery is None:
        return "–"
    return f"{spread(recovery.screens + [NEVER] * recovery.never)} (×{recovery.times})"


def _late(outcome: Outcome) -> Iterable[str]:
    """Yield recoveries that took too long.

    A single process is away while it starts, so the limits hold only where another process serves beside it.
    """
    if outcome.processes > 1:
        for fault, recovery in outcome.recoveries.items():
            slowest = max(recovery.screens, default=0.0)
            if slowest > WITHIN[fault]:
                yield f"a screen was right again only {slowest:.1f} s after “{fault}” ({WITHIN[fault]:.0f} s promised)"


def behind_row(name: str, found: Behind, *, control: bool = False, share: float = 0.99) -> Row:
    """Build the row of a Redis fault: the time of an order, and the lag of this share of the measurements."""
    problems = broken(found.account, found.server_errors)
    problems += [f"{found.busy} orders were refused with 503"] if found.busy else []
    slow, behind, never = percentile(found.waits, 0.95), percentile(found.seconds, share), found.seconds.count(NEVER)
    problems += [f"p95 of an order {slow:.2f} s ({ORDER_P95} s promised)"] if slow >= ORDER_P95 else []
    problems += [f"{never} times a screen never reached the log"] if never else []
    if behind > BEHIND_AT_MOST:
        problems.append(f"screens up to {_seconds(behind)} s behind ({BEHIND_AT_MOST:.0f} s promised)")
    waits = " ".join(f"{percentile(found.waits, share):.2f}" for share in (0.5, 0.95, 0.99, 1.0))
    cells = {
        "evening": f"{name}; an order takes p50 p95 p99 max {waits} s",
        **orders(found.account, found.server_errors),
        COLUMNS[9]: f"{spread(found.seconds)} behind",
    }
    return Row(cells, problems, control)


def restart_row(name: str, found: Restarted, *, control: bool = False) -> Row:
    """Build the row of a rolling restart.

    The controls' screens are judged without the orders, which all groups share.
    """
    problems = [] if control else broken(found.account, found.server_errors)
    problems += [] if found.back else ["a screen never came back"]
    problems += [f"{found.missed} events missed by screens"] if found.missed else []
    if found.share > SNAPSHOTS_AT_MOST:
        problems.append(f"{found.share:.1f} snapshots a screen ({SNAPSHOTS_AT_MOST} promised)")
    if max(found.dark, default=0.0) > DARK_AT_MOST and not control:
        problems.append(f"a screen was dark for {max(found.dark):.1f} s ({DARK_AT_MOST:.0f} s promised)")
    cells = {
        "evening": f"{name}; {found.share:.1f} snapshots a screen",
        **orders(found.account, found.server_errors),
        COLUMNS[8]: f"{spread(found.dark)} dark",
        "missed": f"{found.missed}",
        "stale": "0" if found.back else "some",
        "dark s": _seconds(max(found.dark, default=0.0)),
    }
    return Row(cells, problems, control)


def asked_once_row(name: str, account: Account) -> Row:
    """Build the row of the control with pads that do not retry."""
    return Row({"evening": name, **orders(account, 0)}, account.problems, control=True)


def dead_line_row(name: str, found: DeadLine, *, control: bool = False) -> Row:
    """Build the row of dead lines: the whole time until the screens were right again."""
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


def alarm_row(name: str, found: AlarmOutcome, *, control: bool = False) -> Row:
    """Build the row of an evening without faults, in which each alarm is a false one."""
    problems = found.account.problems + ([f"{len(found.alarmed)} false alarms"] if found.alarmed else [])
    cells = {
        "evening": f"{name}: {len(found.alarmed)} {'alarms' if control else 'false alarms'}",
        **orders(found.account, 0),
        "alarms": f"{len(found.alarmed)}",
    }
    return Row(cells, problems, control)


def soak_row(name: str, found: Soaked, *, control: bool = False) -> Row:
    """Build the row of a soak; the controls' screens are judged without the orders, which all groups share."""
    problems = [] if control else broken(found.account, found.server_errors)
    problems += [f"{found.missed} events missed by screens"] if found.missed else []
    problems += [f"{found.unequal} screens not equal to the database"] if found.unequal else []
    extra, darkest = found.snapshots - found.screens, max(found.dark, default=0.0)
    problems += [f"{extra} snapshots too many"] if extra > 0 else []
    if not control:
        problems += [] if found.rotations >= found.screens else ["not every screen was rotated"]
    if darkest > ROTATED_WITHIN and not control:
        problems.append(f"a rotation took {darkest:.1f} s ({ROTATED_WITHIN:.0f} s promised)")
    share = found.snapshots / found.screens
    cells = {
        "evening": f"{name}; {found.rotations:,} rotations, {share:.1f} snapshots a screen",
        **orders(found.account, found.server_errors),
        "missed": f"{found.missed}",
        "stale": f"{found.unequal} of {found.screens}",
        "dark s": _seconds(darkest),
    }
    return Row(cells, problems, control)


def drill_row(name: str, found: Drilled, *, control: bool = False) -> Row:
    """Build the row of a migration under orders: its duration, and the time for which it blocked orders."""
    problems = broken(found.account, found.server_errors)
    problems += [f"migrate ended with {found.status}"] if found.status else []
    problems += [f"{found.missed} events missed by screens"] if found.missed else []
    if found.locked > LOCKED_AT_MOST:
        problems.append(f"a table was locked for {found.locked:.1f} s ({LOCKED_AT_MOST:.0f} s promised)")
    slow = percentile(found.waits, 0.99)
    problems += [f"p99 of an order {slow:.2f} s ({WAITING_AT_MOST:.0f} s promised)"] if slow >= WAITING_AT_MOST else []
    waits = " ".join(f"{percentile(found.waits, share):.2f}" for share in (0.5, 0.95, 0.99, 1.0))
    took = f"{found.seconds:.0f} s, tables locked for {found.locked:.1f} s at most"
    cells = {
        "evening": f"{name}: {took}; an order takes p50 p95 p99 max {waits} s",
        **orders(found.account, found.server_errors),
        "missed": f"{found.missed}",
    }
    return Row(cells, problems, control)


def backup_row(name: str, found: BackedUp, *, control: bool = False) -> Row:
    """Build the row of backups under orders and of the restore, or of a copy by hand."""
    problems = list(found.problems)
    if control:
        return Row({"evening": f"{name}: {'; '.join(problems) or 'nothing was wrong'}"}, problems, control)
    quiet, busy = percentile(found.quiet, 0.95), percentile(found.busy, 0.95)
    if found.restore_seconds > RESTORED_WITHIN:
        problems.append(f"restored in {found.restore_seconds:.0f} s ({RESTORED_WITHIN:.0f} s promised)")
    if found.at_risk > AT_RISK_AT_MOST:
        problems.append(f"{found.at_risk:.0f} s of orders at risk ({AT_RISK_AT_MOST:.0f} s promised)")
    if busy > SLOWER_AT_MOST * quiet + SLOWER_BY:
        problems.append(f"p95 of an order {busy:.3f} s during a backup, {quiet:.3f} s without ({SLOWER_AT_MOST} times)")
    problems += ["a clean stop left a log"] if found.log_left else []
    took = ", ".join(
        f"{'an increment' if made['base'] else 'full'} {made['seconds']:.0f} s {made['bytes'] / 1e6:.0f} MB"
        for made in found.backups
    )
    cells = {
        "evening": f"{name}: {found.megabytes:.0f} MB; {took}; restored in {found.restore_seconds:.0f} s;"
        f" p95 of an order {quiet:.3f} s, during a backup {busy:.3f} s",
        "orders": f"{found.restored:,}",
    }
    return Row(cells, problems, control)


def lockout_row(name: str, found: LockedOut, *, control: bool = False) -> Row:
    """Build the row of a stranger's knocks: each door that stayed shut for staff is a broken promise."""
    problems = [f"shut out: {'; '.join(found.shut)}"] if found.shut else []
    problems += [] if found.refused else ["no knock was refused"]
    knocks = f"{found.knocks} knocks, {found.refused} refused; staff shut out at {len(found.shut)} doors"
    return Row({"evening": f"{name}: {knocks}"}, problems, control)


def limit_row(name: str, answers: Counter[str], *, control: bool = False) -> Row:
    """Build the row of guesses at several processes: all of them together have one limit."""
    passed = answers["invalid_code"]
    problems = [f"{passed} passed ({CODES_A_MINUTE} allowed)"] if passed > EXCEEDED_AT_MOST * CODES_A_MINUTE else []
    others = answers.total() - passed - answers["throttled"]
    problems += [f"{others} other answers: {dict(answers)}"] if others else []
    return Row({"evening": f"{name}: {passed} passed, {answers['throttled']} refused"}, problems, control)


def show(rows: Sequence[Row], console: Console, *, markdown: bool) -> bool:
    """Print the table and the verdict; return True if all is as it should be."""
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
        verdict = "the control broke no promise" if row.control else "; ".join(row.problems)
        console.print(f"[bold red]NOT GOOD[/] {row.name}: {verdict}", soft_wrap=True)
    good = all(row.good for row in rows)
    if good:
        console.print("[bold green]GOOD[/]: every promise held, and every control failed as it must.")
    return good


def disk_row(name: str, found: FullDisk, *, control: bool = False) -> Row:
    """Build the row of a full disk: the codes of the refusals, and the time until orders and screens went on."""
    problems = broken(found.account, found.server_errors)
    others = found.refused.total() - found.refused[FULL]
    problems += [f"{others} refusals did not name the disk"] if others or not found.refused else []
    problems += [f"/health was green {found.asked - found.unhealthy} times"] if found.unhealthy < found.asked else []
    back = max(found.orders_back, *found.screens_back)
    problems += [f"right again after {_seconds(back)} s ({SPACE_WITHIN:.0f} s promised)"] if back > SPACE_WITHIN else []
    codes = ", ".join(f"{times} {code}" for code, times in found.refused.items())
    cells = {
        "evening": f"{name}; refused: {codes}; orders again after {_seconds(found.orders_back)} s",
        **orders(found.account, found.server_errors),
        "stale": f"{found.screens_back.count(NEVER)} of {len(found.screens_back)}",
    }
    return Row(cells, problems, control)


def clock_row(name: str, found: Stepped, *, control: bool = False) -> Row:
    """Build the row of clock steps: people signed out, and lists out of order."""
    problems = broken(found.account, found.server_errors)
    problems += [f"people were signed out {found.signed_out} times"] if found.signed_out else []
    problems += [f"lists were out of order {found.misplaced} times"] if found.misplaced else []
    late = found.screens_back.count(NEVER)
    problems += [f"{late} screens never showed the last order"] if late else []
    cells = {
        "evening": f"{name}; signed out {found.signed_out} times, lists out of order {found.misplaced} times",
        **orders(found.account, found.server_errors),
        "stale": f"{late} of {len(found.screens_back)}",
    }
    return Row(cells, problems, control)
