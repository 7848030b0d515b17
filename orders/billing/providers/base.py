"""The interface of a provider, thin on purpose: start, status, capture, cancel, refund, and what a message is about.

A provider is called outside of any unit of work. Every call may be repeated: the key makes it one charge or one refund.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bistro.core.kernel.errors import DomainError
from orders.billing.transitions import PaymentState, RefundState

TIMEOUT = 10.0  # seconds; later the answer is unknown


class NoAnswer(Exception):
    """A call without a usable answer: a time-out, a broken connection, an error of the provider's server."""


class Refused(Exception):
    """A call that the provider refused for good, with its reason and without data of cards."""


class ProviderMissing(DomainError):
    """A provider that this installation cannot use. The message says what is missing."""

    code = "provider_missing"
    status = 409


class BadSignature(DomainError):
    """A message that is not the provider's own, or too old."""

    code = "bad_signature"
    status = 400


@dataclass(frozen=True, slots=True)
class Collect:
    """A charge to make: `key` names it at our side, `ref` at the provider's, "" before its first answer.

    `account` and `bill` are sent along and compared with what comes back. `return_url` is our page for the guest.
    A charge that `holds` is only authorised: the bank keeps `amount` for us, until `capture` of it is collected.
    """

    restaurant_id: int
    key: str
    ref: str
    amount: Decimal
    currency: str
    account: str
    bill: str
    words: str
    return_url: str
    reader: str = ""  # the provider's id of the card reader that collects it
    holds: bool = False
    capture: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A charge as the provider has it. `pay_url` is the provider's page for the guest, "" without one.

    `amount` is what is held or collected. What is held can be captured before `capture_before`.
    """

    ref: str
    state: PaymentState
    amount: Decimal
    currency: str
    account: str
    bill: str
    pay_url: str = ""
    capture_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A refund to make. `ref` names it at the provider's side, "" before its first answer."""

    charge: Collect
    key: str
    ref: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class FoundRefund:
    """A refund as the provider has it."""

    ref: str
    state: RefundState


@dataclass(frozen=True, slots=True)
class Bell:
    """A message of a provider: its own id, and the key of the attempt that it is about, "" for none of ours."""

    event_id: str
    key: str


class Provider(Protocol):
    """A company that collects money. Calls raise NoAnswer or Refused; `read_bell` raises BadSignature.

    `can_hold` is false for one that cannot authorise an amount and capture it later.
    """

    @property
    def can_hold(self) -> bool:
        """True if charges can be authorised now and captured later."""
        ...

    def require_ready(self) -> None:
        """Refuse payments that this installation cannot start. Raises ProviderMissing."""
        ...

    def account(self, restaurant_id: int) -> str:
        """Return the account that money of a restaurant must go to."""
        ...

    def start(self, charge: Collect) -> Found:
        """Begin to collect a charge, or only to hold its amount."""
        ...

    def status(self, charge: Collect) -> Found | None:
        """Return the charge as the provider has it, or None if the provider has no such charge."""
        ...

    def capture(self, charge: Collect) -> Found:
        """Collect `charge.capture` of what is held, once; the rest is released. Returns what the charge is now."""
        ...

    def cancel(self, charge: Collect) -> Found:
        """Make sure that a charge is not collected any more, and return what it is now: perhaps captured.

        What is held is released.
        """
        ...

    def refund(self, back: GiveBack) -> FoundRefund:
        """Give money back; also tells what became of an earlier call with the same key."""
        ...

    def read_bell(self, body: bytes, headers: Mapping[str, str], now: float) -> Bell:
        """Check the signature of a message and return what it is about."""
        ...
