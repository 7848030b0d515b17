"""Steps of units of work that choose the server of guests who are seated."""

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.numbers import LARGEST_KEY
from bistro.core.models import Membership
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.models import Table
from tables.sections.balance import next_server, read_loads
from tables.steps import server_among


def server_for(table: Table, work: UnitOfWork, chosen: int | None = None) -> int | None:
    """Return the server of guests who are seated at a table: the chosen one, or who is next in its section.

    A person on duty who seats guests serves them, and so does every waiter as long as nobody has divided the
    sections. Raises InvalidInput (`unknown_server`).
    """
    require_transaction()
    if chosen is not None:
        return require_server(chosen, work)
    own = server_among(work.actor)
    loads = read_loads(restaurant_by_id(work.restaurant_id), work.now)
    if any(load.server == own for load in loads):
        return own
    found = next_server(loads, table.section_id)
    return own if found is None else found.server


def require_server(staff_id: int, work: UnitOfWork) -> int:
    """Return the id of an active member of staff. Raises InvalidInput for anybody else."""
    members = Membership.objects.of_restaurant(work.restaurant_id).active()
    if not 0 < staff_id <= LARGEST_KEY or not members.filter(staff_id=staff_id).exists():
        message = gettext("There is no such member of staff.")
        raise InvalidInput(message, code="unknown_server", fields={"server": [message]})
    return staff_id
