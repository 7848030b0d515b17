"""Stripe by its own SDK: one Checkout Session for each payment. An optional package (requirements-stripe.txt).

No live account was used to build this; `orders/billing/tests/test_stripe.py` plays recorded answers.
"""

import json
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from importlib import import_module
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext

from bistro.core.kernel.money import digits
from orders.billing.providers.base import (
    TIMEOUT,
    BadSignature,
    Bell,
    Collect,
    Found,
    FoundRefund,
    GiveBack,
    NoAnswer,
    ProviderMissing,
    Refused,
)
from orders.billing.providers.signatures import is_signed
from orders.billing.transitions import PaymentState, RefundState

T = TypeVar("T")
API_VERSION = "2026-10-28.endive"  # that of stripe 16.1; a new major version of the SDK needs a look at both
HEADER = "Stripe-Signature"
TWO_DECIMALS = frozenset({"ISK", "UGX"})  # Stripe counts their hundredths, although they have none
HELD = "requires_capture"
INTENTS = {HELD: PaymentState.AUTHORISED, "succeeded": PaymentState.CAPTURED}
ENDED_BY_STRIPE = frozenset({"automatic", "expired"})
PAID = frozenset({"paid", "no_payment_required"})
EXPANDED = {"expand": ["payment_intent.latest_charge"]}  # of a session that holds money
REFUNDS = {"succeeded": RefundState.REFUNDED, "failed": RefundState.FAILED, "canceled": RefundState.FAILED}


class StripeProvider:
    """Payments on Stripe's own page. `transport` replaces the network in tests."""

    can_hold = True

    def __init__(self, transport: Any = None) -> None:
        self._transport = transport

    def account(self, restaurant_id: int) -> str:
        """Return the mode and the restaurant, which come back as metadata: all restaurants share one account."""
        mode = "live" if settings.STRIPE_SECRET_KEY.startswith(("sk_live_", "rk_live_")) else "test"
        return f"{mode}-{restaurant_id}"

    def start(self, charge: Collect) -> Found:
        """Make a Checkout Session, once for its key."""
        return self.asked(lambda: self._found(self._make(charge), charge))

    def status(self, charge: Collect) -> Found | None:
        """Read the session. Without its id the creation is repeated, which Stripe answers as the first time."""
        return self.asked(lambda: self._found(self._read(charge), charge))

    def capture(self, charge: Collect) -> Found:
        """Capture a part of the held amount of the session's payment, once for its key."""

        def act() -> Found:
            session = self._read(charge)
            intent = session.payment_intent
            if intent is not None and intent.status == HELD and charge.capture is not None:
                wish = {"amount_to_capture": units_of(charge.capture, charge.currency)}
                self.client.v1.payment_intents.capture(intent.id, wish, {"idempotency_key": f"{charge.key}-capture"})
                session = self._read(charge)
            return self._found(session, charge)

        return self.asked(act)

    def cancel(self, charge: Collect) -> Found:
        """Expire the session, unless it is paid; what is held is released."""

        def act() -> Found:
            session = self._read(charge)
            if session.status == "open":
                try:
                    session = self.client.v1.checkout.sessions.expire(session.id)
                except self.sdk.InvalidRequestError:  # it was completed at the same moment
                    session = self._read(charge)
            intent = session.payment_intent if charge.holds else None
            if intent is not None and intent.status == HELD:
                with suppress(self.sdk.InvalidRequestError):  # it was captured, or ended, at the same moment
                    self.client.v1.payment_intents.cancel(intent.id)
                session = self._read(charge)
            return self._found(session, charge)

        return self.asked(act)

    def refund(self, back: GiveBack) -> FoundRefund:
        """Give money of the session's payment back, once for its key."""

        def act() -> FoundRefund:
            refunds = self.client.v1.refunds
            if back.ref:
                row = refunds.retrieve(back.ref)
            else:
                wish = {
                    "payment_intent": _id_of(self._read(back.charge).payment_intent),
                    "amount": units_of(back.amount, back.charge.currency),
                    "metadata": {"refund": back.key},
                }
                row = refunds.create(wish, {"idempotency_key": back.key})
            return FoundRefund(row.id, REFUNDS.get(row.status, RefundState.UNKNOWN))

        return self.asked(act)

    def read_bell(self, body: bytes, headers: Mapping[str, str], now: float) -> Bell:
        """Check and read an event. Only its id and our key are used."""
        if not settings.STRIPE_WEBHOOK_SECRET:
            raise BadSignature("No secret is set for the messages of Stripe.")
        if not is_signed(body, headers.get(HEADER, ""), settings.STRIPE_WEBHOOK_SECRET, now):
            raise BadSignature("The signature is wrong or too old.")
        try:
            event = json.loads(body)
            thing = event["data"]["object"]
            metadata = thing.get("metadata") or {}
            return Bell(str(event["id"])[:120], str(metadata.get("attempt", ""))[:64])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadSignature("The message is no event of Stripe.") from error

    def require_ready(self) -> None:
        """Refuse payments if the package or the key is missing. Raises ProviderMissing."""
        self.client  # noqa: B018

    @cached_property
    def sdk(self) -> Any:
        """Return the package. Raises ProviderMissing."""
        try:
            return import_module("stripe")
        except ImportError:
            message = gettext("Stripe's package is not installed. Run: pip install -r requirements-stripe.txt")
            raise ProviderMissing(message) from None

    @cached_property
    def client(self) -> Any:
        """Return the client with the pinned version. Raises ProviderMissing."""
        sdk = self.sdk
        if not settings.STRIPE_SECRET_KEY:
            raise ProviderMissing(gettext("STRIPE_SECRET_KEY is not set (docs/payments.md)."))
        # The SDK writes whole messages into the log, which can name a card; `asked` passes their kind on.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        return sdk.StripeClient(
            settings.STRIPE_SECRET_KEY,
            stripe_version=API_VERSION,
            max_network_retries=0,  # our sweep asks again
            http_client=self._transport or sdk.RequestsClient(timeout=TIMEOUT),
        )

    def asked(self, act: Callable[[], T]) -> T:
        """Translate the errors of the SDK. A stored 500 that Stripe repeats is no answer either."""
        sdk = self.sdk
        try:
            return act()
        except (sdk.APIConnectionError, sdk.RateLimitError) as error:
            raise NoAnswer(type(error).__name__) from error
        except sdk.StripeError as error:
            status = error.http_status or 0
            if status >= 500 or status == 409 or not status:
                raise NoAnswer(f"status {status}") from error
            raise Refused(f"{type(error).__name__} {error.code or ''}".strip()) from error

    def _make(self, charge: Collect) -> Any:
        told = {"attempt": charge.key, "bill": charge.bill, "restaurant": str(charge.restaurant_id)}
        wish = {
            "mode": "payment",
            "client_reference_id": charge.key,
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": charge.currency.lower(),
                        "unit_amount": units_of(charge.amount, charge.currency),
                        "product_data": {"name": charge.words},
                    },
                }
            ],
            "metadata": told,
            "payment_intent_data": {"metadata": told, **({"capture_method": "manual"} if charge.holds else {})},
            "success_url": charge.return_url,
            "cancel_url": charge.return_url,
            **_expanded(charge),
        }
        return self.client.v1.checkout.sessions.create(wish, {"idempotency_key": charge.key})

    def _read(self, charge: Collect) -> Any:
        if not charge.ref:
            return self._make(charge)
        return self.client.v1.checkout.sessions.retrieve(charge.ref, _expanded(charge))

    def _found(self, session: Any, charge: Collect) -> Found:
        told = session.metadata.to_dict() if session.metadata else {}
        currency = (session.currency or "").upper()
        return Found(
            ref=session.id,
            state=_state_of(session, charge),
            amount=amount_of(_units_found(session, charge), currency),
            currency=currency,
            account=f"{'live' if session.livemode else 'test'}-{told.get('restaurant', '')}",
            bill=told.get("bill", ""),
            pay_url=session.url or "",
            capture_before=_capture_before(session, charge),
        )


def units_of(amount: Decimal, currency: str) -> int:
    """Return an amount in the units that Stripe counts."""
    return int(amount.scaleb(_digits(currency)))


def amount_of(units: int, currency: str) -> Decimal:
    """Return what so many of Stripe's units are."""
    return Decimal(units).scaleb(-_digits(currency))


def _digits(currency: str) -> int:
    return 2 if currency in TWO_DECIMALS else digits(currency)


def _expanded(charge: Collect) -> dict[str, Any]:
    return dict(EXPANDED) if charge.holds else {}


def _id_of(intent: Any) -> Any:
    """Return the id of an intent, which is expanded where money is held."""
    return intent if intent is None or isinstance(intent, str) else intent.id


def _units_found(session: Any, charge: Collect) -> int:
    """Return what is held or was collected."""
    intent = session.payment_intent
    if charge.holds and intent is not None and intent.status == "succeeded":
        return int(intent.amount_received)
    return int(session.amount_total or 0)


def _capture_before(session: Any, charge: Collect) -> datetime | None:
    """Return until when a held amount can be captured, None where Stripe does not say."""
    latest = getattr(session.payment_intent, "latest_charge", None) if charge.holds else None
    card = getattr(getattr(latest, "payment_method_details", None), "card", None)
    seconds = getattr(card, "capture_before", None)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _state_of(session: Any, charge: Collect) -> PaymentState:
    if charge.holds and session.status == "complete" and session.payment_intent is not None:
        intent = session.payment_intent
        if intent.status == "canceled":
            ended = intent.cancellation_reason in ENDED_BY_STRIPE
            return PaymentState.EXPIRED if ended else PaymentState.CANCELLED
        return INTENTS.get(intent.status, PaymentState.PENDING)
    if session.status == "complete":
        return PaymentState.CAPTURED if session.payment_status in PAID else PaymentState.PENDING
    return PaymentState.EXPIRED if session.status == "expired" else PaymentState.PENDING
