"""The service that hands tables over to a colleague, at the end of a shift."""

from collections.abc import Sequence

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.models import Staff
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.selectors import serving_colleagues
from tables.events import PartyChanged
from tables.models import Party
from tables.stay_steps import Stay, lock_room, touch_party


def hand_over_parties(*, party_ids: Sequence[int], server_id: int, actor: Actor) -> list[Party]:
    """Make a colleague the server of parties that the actor serves: of all of them, or of none.

    Locks: table, party. Raises InvalidInput (no table chosen, unknown colleague, guests who have left), LostRace if
    somebody else serves one of the parties now, NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    if not party_ids:
        raise InvalidInput(
            gettext("Choose at least one table."), code="nothing_chosen", fields={"party": [gettext("Choose one.")]}
        )
    with UnitOfWork(actor) as work:
        colleague = _colleague(server_id, work)
        stays = lock_room(work, parties=party_ids).stays
        for stay in stays.values():
            _require_own(stay, work)
        for _pk, stay in sorted(stays.items()):
            stay.party.server_id = colleague.pk
            touch_party(stay.party, "server")
            work.record(PartyChanged(party=stay.party, table=stay.head))
    return [stay.party for stay in stays.values()]


def _colleague(server_id: int, work: UnitOfWork) -> Staff:
    """Return the colleague who takes the tables. Raises InvalidInput."""
    for staff in serving_colleagues(work.actor):
        if staff.pk == server_id:
            return staff
    message = gettext("Choose a colleague who serves guests here.")
    raise InvalidInput(message, code="unknown_server", fields={"server": [message]})


def _require_own(stay: Stay, work: UnitOfWork) -> None:
    """Refuse guests who have left or whom somebody else serves. Raises InvalidInput, LostRace."""
    stay.require_seated()
    party = stay.party
    if party.server_id == work.actor.id:
        return
    names = " + ".join(table.name for table in stay.tables)
    message = gettext("Nobody serves %(tables)s now, so nothing was handed over. Choose again.")
    if party.server is not None:
        message = gettext("%(server)s serves %(tables)s now, so nothing was handed over. Choose again.")
    raise LostRace(message % {"server": party.server, "tables": names}, code="not_your_table")
