"""The service that declares the allergies of guests. It is part of orders, because open orders follow."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.steps import menu_in
from orders.allergies import effective_allergies, require_known
from orders.events import AllergiesChanged
from orders.models import Order, OrderLine
from orders.steps import touch
from tables.models import Party
from tables.stay_steps import lock_stay
from tables.steps import declare_for_party
from tables.transitions import PartyStatus

PRESENT = (PartyStatus.WAITING, PartyStatus.SEATED)


def declare_allergies(
    *,
    party_id: int,
    allergies: Sequence[str],
    actor: Actor,
    seat: int | None = None,
    problems: Iterable[DomainError] = (),
) -> Party:
    """Replace the declared allergies of a seat or, without a seat, of the whole party. An equal list changes nothing.

    The lines of open orders follow, and cooks have to read the change on open tickets.
    `problems` are those that the caller found: the declaration is refused with these and all that is found here.
    Locks: table, party, order. Same transaction: tickets are marked, slips are printed.
    Raises InvalidInput for an unknown code or a party that has left, NotPermitted, NotYours.
    """
    actor.require(Permission.DECLARE_ALLERGIES)
    with UnitOfWork(actor) as work:
        stay = lock_stay(party_id, work)
        party = stay.party
        refusals = Refusals(problems)
        with refusals:
            require_known(menu_in(work).menu.allergens, allergies, "allergies")
        refusals.raise_any()
        if party.status not in PRESENT:
            raise InvalidInput(gettext("These guests have left."), code="party_left")
        if declare_for_party(party, stay.head, seat, allergies, work):
            update_orders(party, work)
    return party


def update_orders(party: Party, work: UnitOfWork) -> None:
    """Update the allergies of the lines of a locked party's open orders, and record the changes. Locks: order."""
    open_orders = Order.objects.of_restaurant(work.restaurant_id).open().filter(party=party)
    list(open_orders.locked().values_list("pk"))
    changed: list[OrderLine] = []
    for order in open_orders.with_lines().order_by("pk"):
        lines = [line for line in order.lines.all() if _follow(line, party)]
        if not lines:
            continue
        changed += lines
        touch(order)
        work.record(AllergiesChanged.of(order, changed=tuple(line.pk for line in lines)))
    OrderLine.objects.bulk_update(changed, ["allergies"])


def _follow(line: OrderLine, party: Party) -> bool:
    """Set the allergies that matter for a line now, without saving. Return whether they changed."""
    before = line.allergies
    line.allergies = effective_allergies(line.own_allergies, party.allergies, line.seat)
    return bool(line.allergies != before)
