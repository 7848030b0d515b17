"""The import in the background: a sweep finds what is due, a thread of its own reads, checks and writes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import Error as AnyDatabaseError
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, override

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, LostRace, Overloaded
from bistro.core.kernel.roles import Permission, Role
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.files.checking import CheckedFile, check_file, refusal
from menu.files.meanings import FileSettings
from menu.files.models import MenuImport
from menu.files.sheet import FileRefused
from menu.files.transitions import ImportStatus, move_imports
from menu.import_plan import ImportPlan
from menu.services import import_menu

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)  # longer than the largest import takes

_guard = threading.Lock()
_at_work: set[int] = set()


def import_due(*, now: datetime) -> int:
    """Start a thread for each import that waits, or whose server died; returns the number of threads.

    Costs one query when nothing is due. Every process sweeps; the lease in `run_import` decides which one imports.
    """
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    due = MenuImport.objects.filter(free, status__in=[ImportStatus.WAITING, ImportStatus.RUNNING])
    return sum(_begin(import_id) for import_id in due.values_list("pk", flat=True)[:10])


def run_import(*, import_id: int, clock: Callable[[], datetime] = timezone.now) -> MenuImport | None:
    """Read, check and write one file, and keep the answer; returns None when another process does it.

    The file is read and checked without a transaction; only the writing has one, with a handful of statements, and the
    answer belongs to it. An error in any row refuses the whole file.
    """
    row = _taken(import_id, clock())
    if row is None:
        return None
    actor = Actor("staff", row.by_staff, row.restaurant_id, frozenset({Role.MANAGER.value}), None, row.by)
    try:
        checked = _checked(row, actor)
        if checked.problems:
            return _refused(row, checked.answer(), clock())

        def done(plan: ImportPlan, work: UnitOfWork) -> None:
            _end(row, ImportStatus.DONE, checked.answer(plan), work.now)

        import_menu(categories=checked.categories, actor=actor, new_stations=checked.new_stations, finish=done)
    except (LostRace, Overloaded):
        raise
    except FileRefused as refused:
        return _refused(row, refusal(str(refused)), clock())
    except DomainError as error:
        return _refused(row, refusal(error.message), clock())
    row.refresh_from_db()
    return row


def import_file(*, data: bytes, settings: FileSettings, actor: Actor, dry_run: bool = False) -> dict[str, Any]:
    """Read, check and write one file at once; returns the answer. Writes nothing if any row has an error.

    Raises FileRefused when no row can be read, DomainError.
    """
    actor.require(Permission.MANAGE)
    checked = check_file(data, actor=actor, settings=settings)
    if checked.problems or dry_run:
        return checked.answer()
    stations = checked.new_stations
    return checked.answer(import_menu(categories=checked.categories, actor=actor, new_stations=stations))


def _taken(import_id: int, now: datetime) -> MenuImport | None:
    """Take the lease of an import, or return None. One UPDATE decides which process imports."""
    free = MenuImport.objects.filter(Q(taken_until=None) | Q(taken_until__lt=now), pk=import_id)
    states = [ImportStatus.WAITING, ImportStatus.RUNNING]
    with _writing():
        taken = move_imports(free, states, ImportStatus.RUNNING, taken_until=now + LEASE)
    return MenuImport.objects.get(pk=import_id) if taken == 1 else None


def _checked(row: MenuImport, actor: Actor) -> CheckedFile:
    def progress(checked: int, rows: int) -> None:
        with _writing():
            MenuImport.objects.filter(pk=row.pk).update(checked=checked, rows=rows)

    return check_file(bytes(row.content), actor=actor, settings=row.settings, progress=progress)


def _refused(row: MenuImport, answer: dict[str, Any], now: datetime) -> MenuImport:
    with _writing():
        _end(row, ImportStatus.REFUSED, answer, now)
    row.refresh_from_db()
    return row


def _end(row: MenuImport, status: ImportStatus, answer: dict[str, Any], now: datetime) -> None:
    """Keep the answer and delete the file's content. Raises LostRace if another process has done it."""
    facts = {"answer": answer, "ended_at": now, "content": b"", "taken_until": None}
    if move_imports(MenuImport.objects.filter(pk=row.pk), [ImportStatus.RUNNING], status, **facts) != 1:
        raise LostRace(gettext("This import has ended already."))


def _writing() -> UnitOfWork:
    """Return a unit of work of the system, for what no person does."""
    return UnitOfWork(Actor.system(None, "import"))


def _begin(import_id: int) -> int:
    """Start a thread for an import; returns 1, or 0 when this process has one."""
    with _guard:
        if import_id in _at_work:
            return 0
        _at_work.add(import_id)
    threading.Thread(target=_in_thread, args=[import_id], name=f"import-{import_id}", daemon=True).start()
    return 1


def _in_thread(import_id: int) -> None:
    try:
        _run(import_id)
    finally:
        with _guard:
            _at_work.discard(import_id)
        connection.close()


def _run(import_id: int) -> None:
    """Import, and keep every failure from leaving the page without an answer. The answer has the house's language."""
    language = MenuImport.objects.filter(pk=import_id).values_list("restaurant__language", flat=True).first()
    try:
        with override(language):
            run_import(import_id=import_id)
    except (AnyDatabaseError, LostRace, Overloaded) as error:  # the lease runs out, and a later sweep tries again
        log.warning("an import was interrupted and will be tried again", extra={"error": repr(error)})
    except Exception:
        log.exception("an import failed")
        _give_up(import_id)


def _give_up(import_id: int) -> None:
    row = MenuImport.objects.filter(pk=import_id, status=ImportStatus.RUNNING).first()
    if row is not None:
        _refused(
            row,
            refusal(gettext("The import failed and nothing was written. The server's log says why.")),
            timezone.now(),
        )
