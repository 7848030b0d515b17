"""The providers of online payments. docs/payments.md tells how to add one."""

from orders.billing.providers.base import Provider
from orders.billing.providers.dummy import DummyProvider
from orders.billing.providers.stripe_checkout import StripeProvider
from orders.billing.providers.stripe_terminal import StripeTerminal
from orders.billing.transitions import Method

_PROVIDERS: dict[str, Provider] = {
    Method.DUMMY: DummyProvider(),
    Method.STRIPE: StripeProvider(),
    Method.READER: StripeTerminal(),
}


def provider(code: str) -> Provider:
    """Return a provider by the code of its method."""
    return _PROVIDERS[code]
