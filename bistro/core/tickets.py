"""Single-use passes for sockets of clients that can set no header (a browser with a JWT, a phone)."""

from django.core.cache import cache

from bistro.core.actors import Actor
from bistro.core.secrets import digest, new_token

TICKET_SECONDS = 30


def issue_ticket(actor: Actor) -> str:
    """A ticket for thirty seconds; only its digest is kept."""
    ticket = new_token()
    cache.set(f"ticket:{digest(ticket)}", actor, timeout=TICKET_SECONDS)
    return ticket


def redeem_ticket(ticket: str) -> Actor | None:
    """The actor of a ticket, once: of two that redeem it together only one deletes it."""
    key = f"ticket:{digest(ticket)}"
    actor = cache.get(key)
    return actor if isinstance(actor, Actor) and cache.delete(key) else None
