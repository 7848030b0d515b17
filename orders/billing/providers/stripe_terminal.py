"""Card readers of Stripe Terminal, driven from its servers: one PaymentIntent for each payment, sent to a reader.

A reader never speaks to this installation; the PaymentIntent is read until it is final. No live account was used to
build this; `orders/billing/tests/test_stripe_terminal.py` plays recorded answers.
"""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from orders.billing.providers.base import Bell, Collect, Found, FoundRefund, GiveBack, Refused
from orders.billing.providers.stripe_checkout import REFUNDS, StripeProvider, amount_of, units_of
from orders.billing.transitions import PaymentState, RefundState

STATES = {
    "succeeded": PaymentState.CAPTURED,
    "requires_capture": PaymentState.AUTHORISED,
    "canceled": PaymentState.CANCELLED,
}
WAITING = "requires_payment_method"  # for a card, or for another one after a refused card


class StripeTerminal:
    """Payments at a card reader. The account, its errors and its messages are those of Stripe's pages."""

    can_hold = False

    def __init__(self, transport: Any = None) -> None:
        self._stripe = StripeProvider(transport)

    def require_ready(self) -> None:
        """Refuse readers if the package or the key is missing. Raises ProviderMissing."""
        self._stripe.require_ready()

    def account(self, restaurant_id: int) -> str:
        """Return the mode and the restaurant."""
        return self._stripe.account(restaurant_id)

    def start(self, charge: Collect) -> Found:
        """Make a PaymentIntent and send it to the reader, each once for its key; refused there, it is cancelled."""

        def act() -> Found:
            intent = self._make(charge)
            if intent.status != WAITING:
                return self._found(intent, STATES.get(intent.status, PaymentState.PENDING))
            try:
                self._readers.process_payment_intent(
                    charge.reader, {"payment_intent": intent.id}, {"idempotency_key": f"{charge.key}-reader"}
                )
            except self._stripe.sdk.InvalidRequestError as error:
                if error.code != "terminal_reader_timeout":  # then the reader may have it, and the sweep asks
                    self._intents.cancel(intent.id)
                    raise
            return self._found(intent, PaymentState.PENDING)

        return self._stripe.asked(act)

    def status(self, charge: Collect) -> Found | None:
        """Read the PaymentIntent. One that no reader got is as good as none: the caller cancels it."""

        def act() -> Found | None:
            intent = self._read(charge)
            if intent.status == WAITING:
                action = self._action(charge, intent.id)
                if action is None:
                    return None
                return self._found(intent, PaymentState.DECLINED if action == "failed" else PaymentState.PENDING)
            return self._found(intent, STATES.get(intent.status, PaymentState.PENDING))

        return self._stripe.asked(act)

    def capture(self, charge: Collect) -> Found:
        """Refuse: card readers hold no money for tabs."""
        raise Refused("A card reader holds no money.")

    def cancel(self, charge: Collect) -> Found:
        """Free the reader, and cancel the PaymentIntent unless a card paid it at the same moment."""

        def act() -> Found:
            intent = self._read(charge)
            if intent.status == WAITING and self._action(charge, intent.id) == "in_progress":
                with suppress(self._stripe.sdk.InvalidRequestError):  # the card is being read
                    self._readers.cancel_action(charge.reader)
            if intent.status not in STATES:
                with suppress(self._stripe.sdk.InvalidRequestError):  # it was paid at the same moment
                    self._intents.cancel(intent.id)
                intent = self._intents.retrieve(intent.id)
            return self._found(intent, STATES.get(intent.status, PaymentState.PENDING))

        return self._stripe.asked(act)

    def refund(self, back: GiveBack) -> FoundRefund:
        """Give money back to the card, once for its key."""

        def act() -> FoundRefund:
            refunds = self._stripe.client.v1.refunds
            if back.ref:
                row = refunds.retrieve(back.ref)
            else:
                units = units_of(back.amount, back.charge.currency)
                wish = {"payment_intent": back.charge.ref, "amount": units, "metadata": {"refund": back.key}}
                row = refunds.create(wish, {"idempotency_key": back.key})
            return FoundRefund(row.id, REFUNDS.get(row.status, RefundState.UNKNOWN))

        return self._stripe.asked(act)

    def read_bell(self, body: bytes, headers: Mapping[str, str], now: float) -> Bell:
        """Check and read an event."""
        return self._stripe.read_bell(body, headers, now)

    @property
    def _intents(self) -> Any:
        return self._stripe.client.v1.payment_intents

    @property
    def _readers(self) -> Any:
        return self._stripe.client.v1.terminal.readers

    def _make(self, charge: Collect) -> Any:
        wish = {
            "amount": units_of(charge.amount, charge.currency),
            "currency": charge.currency.lower(),
            "payment_method_types": ["card_present"],
            "capture_method": "automatic",
            "description": charge.words,
            "metadata": {"attempt": charge.key, "bill": charge.bill, "restaurant": str(charge.restaurant_id)},
        }
        return self._intents.create(wish, {"idempotency_key": charge.key})

    def _read(self, charge: Collect) -> Any:
        """Return the PaymentIntent as it is now. Without its id the creation is repeated, which only names it."""
        return self._intents.retrieve(charge.ref or self._make(charge).id)

    def _action(self, charge: Collect, intent: str) -> str | None:
        """Return the state of what the reader does for a PaymentIntent, None if it does something else."""
        action = self._readers.retrieve(charge.reader).action
        process = getattr(action, "process_payment_intent", None)
        return str(action.status) if process is not None and process.payment_intent == intent else None

    def _found(self, intent: Any, state: PaymentState) -> Found:
        told = intent.metadata.to_dict() if intent.metadata else {}
        currency = (intent.currency or "").upper()
        collected = intent.amount_received if state == PaymentState.CAPTURED else intent.amount
        amount: Decimal = amount_of(collected or 0, currency)
        return Found(
            ref=intent.id,
            state=state,
            amount=amount,
            currency=currency,
            account=f"{'live' if intent.livemode else 'test'}-{told.get('restaurant', '')}",
            bill=told.get("bill", ""),
        )
