"""Services that seat a party and change its covers or its server."""

from collections.abc import Collection

from django.conf import settings
from django.db import IntegrityError
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, Stale
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.services.keys import made_before
from tables.events import PartyChanged
from tables.models import Party
from tables.sections.steps import require_server, server_for
from tables.stay_steps import Stay, lock_room, lock_stay, require_seats, require_size, seat_guests, touch_party
from tables.steps import server_among

Versions = Collection[int] | None  # those that the caller accepts (If-Match); None accepts every version


def seat_party(
    *, table_id: int, size: int | None, actor: Actor, server_id: int | None = None, insist: bool = False
) -> Party:
    """Seat a party at a free table. Its server is the one named, or who is next (`tables.sections.steps.server_for`).

    Locks: table. Raises LostRace if guests sit there, InvalidInput (too many guests, unknown server, table out of
    service), NotPermitted, NotYours.
    """
    return _seat(table_id, size, actor, server_id, insist, None)[0]


def seat_party_once(
    *, table_id: int, size: int | None, actor: Actor, once: Once, server_id: int | None = None, insist: bool = False
) -> tuple[Party, bool]:
    """Seat a party as `seat_party` does, and return it and whether an equal request seated it before.

    Locks: table. Raises ReusedKey if the key came with another body, and what `seat_party` raises.
    """
    try:
        return _seat(table_id, size, actor, server_id, insist, once)
    except IntegrityError:  # a request with this key for another table was first
        return _seat(table_id, size, actor, server_id, insist, once)


def _seat(
    table_id: int, size: int | None, actor: Actor, server_id: int | None, insist: bool, once: Once | None
) -> tuple[Party, bool]:
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        if (known := seated_before(once, work)) is not None:
            return known, True
        room = lock_room(work, tables=[table_id])
        if (known := seated_before(once, work)) is not None:  # while this request waited for the lock
            return known, True
        table = room.free_table(table_id)
        require_size(size)
        require_seats(size, [table], insist=insist, actor=actor)
        server = server_for(table, work, server_id)
        key = {} if once is None else {"key": once.key, "fingerprint": once.fingerprint}
        return seat_guests(table, work, size=size, server_id=server, **key), False


def seated_before(once: Once | None, work: UnitOfWork) -> Party | None:
    """Return the party that a request with this key seated. Raises ReusedKey if its body was another one."""
    party: Party | None = made_before(Party.objects.select_related("table"), once, work)
    return party


def set_covers(
    *, party_id: int, size: int | None, actor: Actor, insist: bool = False, versions: Versions = None
) -> Party:
    """Change the number of guests of a seated party. The same number changes nothing.

    Locks: table, party. Raises Stale, InvalidInput (too many guests, party has left, `service_charged`), NotPermitted,
    NotYours.
    """
    return change_party(party_id=party_id, changes={"size": size}, actor=actor, insist=insist, versions=versions)


def take_over(*, party_id: int, actor: Actor, versions: Versions = None) -> Party:
    """Make the actor the server of a seated party, in place of a colleague.

    Locks: table, party. Raises Stale, InvalidInput for an actor who cannot serve, NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    server = server_among(actor)
    if server is None:
        raise InvalidInput(gettext("Only waiters and managers serve guests."), code="cannot_serve")
    return change_party(party_id=party_id, changes={"server": server}, actor=actor, versions=versions)


def change_party(
    *,
    party_id: int,
    changes: dict[str, int | None],
    actor: Actor,
    insist: bool = False,
    versions: Versions = None,
) -> Party:
    """Change the `size` or the `server` (a member of staff or None) of a seated party. Equal values change nothing.

    Locks: table, party. Raises Stale, InvalidInput (too many guests, unknown server, party has left,
    `service_charged`), NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        stay = lock_stay(party_id, work)
        stay.require_seated()
        require_version(stay.party, versions)
        changed = _apply(stay, changes, insist, work)
        if changed:
            touch_party(stay.party, *changed)
            work.record(PartyChanged(party=stay.party, table=stay.head))
    return stay.party


def _apply(stay: Stay, changes: dict[str, int | None], insist: bool, work: UnitOfWork) -> list[str]:
    """Set the changed fields without saving, and return their names. Raises InvalidInput."""
    party, changed = stay.party, []
    if "size" in changes and changes["size"] != party.size:
        require_size(changes["size"])
        require_seats(changes["size"], stay.tables, insist=insist, actor=work.actor)
        check_size(party, changes["size"], work)
        party.size = changes["size"]
        changed.append("size")
    if "server" in changes and changes["server"] != party.server_id:
        party.server_id = None if changes["server"] is None else require_server(changes["server"], work)
        changed.append("server")
    return changed


def check_size(party: Party, size: int | None, work: UnitOfWork) -> None:
    """Let the apps above refuse another number of guests (`settings.SIZE_CHECKS`). Raises InvalidInput."""
    for check in settings.SIZE_CHECKS:
        hook(check)(party, size, work)


def require_version(party: Party, versions: Versions) -> None:
    """Refuse a write that is based on another version of the party. Raises Stale."""
    if versions is not None and party.version not in versions:
        raise Stale(gettext("Someone changed this table. Load it again."), current_version=party.version)
