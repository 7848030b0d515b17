"""Services for a person who imports: upload a file, say what its columns mean, confirm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.files.mapping import fingerprint, map_columns
from menu.files.meanings import FileSettings, Meanings
from menu.files.models import MenuImport, RememberedColumns
from menu.files.opening import open_sheet
from menu.files.sheet import FileRefused
from menu.files.transitions import ImportStatus, move_imports

KEPT = timedelta(days=1)  # of a file that nobody confirmed
MOST_REMEMBERED = 50
MOST_FILES = 10  # with content, of one restaurant


def upload_menu(*, data: bytes, file_name: str, actor: Actor, encoding: str = "") -> MenuImport:
    """Store a file whose rows can be read, with the mapping that was used last for the same headers.

    Deletes the restaurant's files that were not confirmed for a day, and the oldest beyond ten. Raises InvalidInput,
    also while ten confirmed imports wait; NotPermitted.
    """
    actor.require(Permission.MANAGE)
    try:
        headers = map_columns(open_sheet(data, encoding=encoding)).headers
    except FileRefused as refused:
        raise InvalidInput(str(refused), fields={"file": [str(refused)]}) from None
    with UnitOfWork(actor) as work:
        mine = MenuImport.objects.of_restaurant(work.restaurant_id)
        _make_room(mine, work)
        remembered = (
            RememberedColumns.objects.of_restaurant(work.restaurant_id).filter(headers_key=fingerprint(headers)).first()
        )
        return MenuImport.objects.create(
            restaurant_id=work.restaurant_id,
            file_name=file_name[:120],
            content=data,
            encoding=encoding,
            by=actor.label[:120],
            by_staff=actor.id,
            uploaded_at=work.now,
            **(remembered.as_settings() if remembered else {}),
        )


def _make_room(mine: TenantQuerySet, work: UnitOfWork) -> None:
    """Delete files that nobody confirms, so that one more can be stored. Raises InvalidInput."""
    uploaded = mine.filter(status=ImportStatus.UPLOADED)
    uploaded.filter(uploaded_at__lt=work.now - KEPT).delete()
    room = MOST_FILES - 1 - mine.filter(status__in=[ImportStatus.WAITING, ImportStatus.RUNNING]).count()
    if room < 0:
        raise InvalidInput(gettext("Wait until the imports that you have confirmed are done."), code="imports_wait")
    oldest = list(uploaded.order_by("-pk").values_list("pk", flat=True)[room:])
    uploaded.filter(pk__in=oldest).delete()


def map_columns_of(*, import_id: int, settings: FileSettings, actor: Actor) -> MenuImport:
    """Say what the columns of an uploaded file mean, and remember it for the next file with these headers.

    Raises InvalidInput, NotYours, LostRace when the import was confirmed meanwhile, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        row = _unconfirmed(import_id, actor)
        try:
            headers = map_columns(open_sheet(bytes(row.content), encoding=settings.encoding), settings.columns).headers
        except FileRefused as refused:
            raise InvalidInput(str(refused)) from None
        row.columns, row.encoding = dict(settings.columns), settings.encoding
        row.decimal, row.category = settings.decimal, settings.category
        row.save(update_fields=["columns", "encoding", "decimal", "category"])
        _remember(row, headers, work)
    return row


def say_meanings(*, import_id: int, meanings: Meanings, actor: Actor) -> MenuImport:
    """Say what the words of an uploaded file mean, and remember it for the next file with these headers.

    Raises NotYours, LostRace when the import was confirmed meanwhile, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        row = _unconfirmed(import_id, actor)
        row.meanings = meanings.as_json()
        row.save(update_fields=["meanings"])
        _remember(row, map_columns(open_sheet(bytes(row.content), encoding=row.encoding), row.columns).headers, work)
    return row


def confirm_import(*, import_id: int, actor: Actor) -> MenuImport:
    """Let the import begin. A second confirmation changes nothing. Raises NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor):
        row = _own_import(import_id, actor)
        mine = MenuImport.objects.filter(pk=row.pk)
        move_imports(mine, [ImportStatus.UPLOADED], ImportStatus.WAITING, by=actor.label[:120], by_staff=actor.id)
        row.refresh_from_db()
    return row


def _unconfirmed(import_id: int, actor: Actor) -> MenuImport:
    """Return a locked import whose preview is open. Raises NotYours, LostRace."""
    row = _own_import(import_id, actor)
    if row.status != ImportStatus.UPLOADED:
        raise LostRace(gettext("This import was confirmed already."))
    return row


def _remember(row: MenuImport, headers: Sequence[str], work: UnitOfWork) -> None:
    """Keep what people have told about a file for the next one with these headers."""
    mine = RememberedColumns.objects.of_restaurant(work.restaurant_id)
    kept = {name: getattr(row, name) for name in ("columns", "decimal", "category", "meanings")}
    mine.update_or_create(
        restaurant_id=work.restaurant_id, headers_key=fingerprint(headers), defaults={**kept, "used_at": work.now}
    )
    old = list(mine.order_by("-used_at", "-pk").values_list("pk", flat=True)[MOST_REMEMBERED:])
    mine.filter(pk__in=old).delete()


def _own_import(import_id: int, actor: Actor) -> MenuImport:
    """Return an import of the actor's restaurant. Raises NotYours."""
    row: MenuImport | None = MenuImport.objects.visible_to(actor).filter(pk=import_id).locked().first()
    if row is None:
        raise NotYours(gettext("There is no such import."), code="import_not_found")
    return row
