"""Single-use passes for sockets of clients that can set no header (a browser with a JWT, a phone)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import Overloaded
from bistro.core.kernel.secrets import digest, new_token

log = logging.getLogger(__name__)
TICKET_SECONDS = 30


def issue_ticket(actor: Actor) -> str:
    """A ticket for thirty seconds; only its digest is kept. Raises Overloaded while there is nowhere to keep it."""
    ticket = new_token()
    with _cache_at_hand():
        cache.set(f"ticket:{digest(ticket)}", actor, timeout=TICKET_SECONDS)
    return ticket


def redeem_ticket(ticket: str) -> Actor | None:
    """The actor of a ticket, once: of two that redeem it together only one deletes it. Raises Overloaded."""
    key = f"ticket:{digest(ticket)}"
    with _cache_at_hand():
        actor = cache.get(key)
        return actor if isinstance(actor, Actor) and cache.delete(key) else None


@contextmanager
def _cache_at_hand() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # whatever the cache's client raises when its server is away
        log.warning("no socket tickets: the cache does not answer", extra={"error": repr(error)})
        raise Overloaded("Tickets are not available now. Try again in a moment.") from None
