"""Services that place orders. A single order is a batch of one (ADR 0007)."""

import logging
from collections.abc import Sequence

from django.db import DatabaseError
from django.utils.translation import gettext, override

from bistro.core.auth.rate_limits import order_scope, over_limits
from bistro.core.database.errors import database_is_busy, storage_refusal
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, TooMany
from bistro.core.speed.group_commit import GroupCommit
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.draft_steps import take_from_drafts
from orders.order_commands import OrderRequest
from orders.services.batch import Batch, Outcome, PlacedOrder
from orders.services.destination import no_such_table

log = logging.getLogger(__name__)


def place_order(request: OrderRequest) -> PlacedOrder:
    """Place an order for the party at a table. The first order at a free table seats a party.

    An order without a table (take-away, counter) gets a party of its own.
    Locks: table, stock, day's number, draft, sequence. Same transaction: kitchen tickets; the draft loses the lines.
    Raises LostRace if a colleague sent a line of the draft first or other guests sit at the table than `party_id`,
    InvalidInput (unknown item, modifier, table), SoldOut, Paused, ReusedKey, NotPermitted, NotYours, Overloaded.
    """
    if request.actor.restaurant_id is None:
        raise no_such_table(request)
    outcome = _writer.submit(request.actor.restaurant_id, request)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


async def place_order_from_loop(request: OrderRequest) -> PlacedOrder:
    """Place an order from the event loop, for a device that was authenticated from memory.

    The request's `token_hash` is checked, and the order counts against the device's rate limit. Raises TokenEnded,
    TooMany and the errors of `place_order`.
    """
    assert request.actor.restaurant_id is not None
    outcome = await _writer.submit_from_loop(request.actor.restaurant_id, request)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def place_orders(requests: Sequence[OrderRequest]) -> list[Outcome]:
    """Place orders of one restaurant in one transaction, and return the outcome of each.

    Refusals are decided before any insert. If the batch as a whole fails (two processes with the same key, a lost
    race for the last portion), its orders are tried one by one.
    """
    outcomes: dict[int, Outcome] = {}
    for places in filter(None, _rounds(requests)):
        outcomes |= zip(places, _place_round([requests[place] for place in places]), strict=True)
    return [outcomes[place] for place in range(len(requests))]


def _rounds(requests: Sequence[OrderRequest]) -> list[list[int]]:
    """Return the places of the requests by round. There is one round unless a key came with different bodies.

    The second body must wait for the outcome of the first, because a refused order does not use its key. The same body
    in another language waits too, so that a refusal is worded for each.
    """
    bodies: dict[tuple[str, str], list[tuple[str, str]]] = {}
    rounds: list[list[int]] = [[]]
    for place, request in enumerate(requests):
        turn = 0
        if request.key is not None:
            seen = bodies.setdefault((request.actor.credential, request.key), [])
            body = request.fingerprint, request.language
            if body not in seen:
                seen.append(body)
            turn = seen.index(body)
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(place)
    return rounds


def _place_round(requests: Sequence[OrderRequest]) -> list[Outcome]:
    try:
        return _place_together(requests)
    except (DomainError, DatabaseError):
        return [_place_again(request) for request in requests]


def _place_together(requests: Sequence[OrderRequest]) -> list[Outcome]:
    first = requests[0].actor
    actor = first if len(requests) == 1 else Actor.system(first.restaurant_id, "order batch")
    with UnitOfWork(actor) as work:
        batch = Batch(requests, work)
        batch.run()
        take_from_drafts([candidate.request for candidate in batch.candidates], work)
    return batch.answers()


def _place_again(request: OrderRequest) -> Outcome:
    """Try one order for the second and last time, in its language."""
    with override(request.language):
        return _placed_or_refused(request)


def _placed_or_refused(request: OrderRequest) -> Outcome:
    try:
        (outcome,) = _place_together([request])
    except DomainError as error:
        return error
    except DatabaseError as error:  # a locked or unavailable database, so that the caller may retry with the same key
        refusal = storage_refusal(error)
        if refusal is None:
            log.exception("an order cannot be written")  # the other orders of the batch are still written
        return refusal or database_is_busy()
    return outcome


def _place_within_limits(requests: Sequence[OrderRequest]) -> list[Outcome]:
    """Place the orders within their devices' rate limits, and refuse the others.

    The limits of fast-path requests are counted here, because a slow cache would block the event loop.
    """
    late = _over_limit(requests)
    placed = iter(place_orders([request for place, request in enumerate(requests) if place not in late]))
    return [
        _too_many(late[place], request) if place in late else next(placed) for place, request in enumerate(requests)
    ]


def _too_many(wait: int, request: OrderRequest) -> TooMany:
    with override(request.language):
        message = gettext("Too many orders from this device. Try again in %(wait)s s.")
    return TooMany(message % {"wait": wait}, retry_after=wait)


def _over_limit(requests: Sequence[OrderRequest]) -> dict[int, int]:
    """Return {place: seconds to wait} of requests beyond their devices' limit.

    Costs one round trip to the cache for each limit.
    """
    counted: dict[str, list[int]] = {}
    for place, request in enumerate(requests):
        if request.token_hash:
            counted.setdefault(order_scope(request.actor), []).append(place)
    late: dict[int, int] = {}
    for scope, places in counted.items():
        waits = over_limits(scope, [requests[place].actor.credential for place in places])
        late |= {place: seconds for place, seconds in zip(places, waits, strict=True) if seconds}
    return late


# Orders of a restaurant that arrive while a transaction commits are written together by the next one.
_writer: GroupCommit[OrderRequest, Outcome] = GroupCommit(_place_within_limits)
