"""The limit on wrong codes of vouchers, for each person or device."""

from collections.abc import Iterator
from contextlib import contextmanager

from bistro.core.auth.rate_limits import limited_refusals
from bistro.core.kernel.actors import Actor


@contextmanager
def limited_guesses(actor: Actor) -> Iterator[None]:
    """Limit codes that do not exist; beyond the limit their refusal is TooMany. A right code always works."""
    with limited_refusals("voucher", f"{actor.restaurant_id}:{actor.credential}", "voucher_not_found"):
        yield
