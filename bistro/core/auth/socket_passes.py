"""Single-use socket passes, for clients that cannot set headers (a browser with a JWT, a phone)."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import Overloaded
from bistro.core.kernel.secrets import digest, new_token

log = logging.getLogger(__name__)
PASS_SECONDS = 30


def issue_pass(actor: Actor) -> str:
    """Return a socket pass for thirty seconds; only its digest is stored. Raises Overloaded if the cache is down."""
    token = new_token()
    with _cache_required():
        cache.set(f"socket-pass:{digest(token)}", actor, timeout=PASS_SECONDS)
    return token


def redeem_pass(token: str) -> Actor | None:
    """Return the actor of a socket pass and use it up. Of two concurrent calls one gets None. Raises Overloaded."""
    key = f"socket-pass:{digest(token)}"
    with _cache_required():
        actor = cache.get(key)
        return actor if isinstance(actor, Actor) and cache.delete(key) else None


@contextmanager
def _cache_required() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the cache's client raises many types when its server is down
        log.warning("no socket passes: the cache does not answer", extra={"error": repr(error)})
        raise Overloaded(gettext("Tickets are not available now. Try again in a moment.")) from None
