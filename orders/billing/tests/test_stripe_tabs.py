"""Tabs at Stripe with recorded answers and no network: manual capture, a part of it, release, and the end."""

from datetime import UTC, datetime

import pytest
import stripe

from bistro.core.models import Restaurant
from orders.billing.models import Payment, PaymentAttempt
from orders.billing.providers import provider
from orders.billing.providers.stripe_checkout import StripeProvider
from orders.billing.tests.online import states, sweep
from orders.billing.tests.test_stripe import Recorded

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
ENDS = 4102444800  # 2100-01-01


class Holding(Recorded):
    """A transport that plays sessions whose payment is captured by hand, with the intent expanded as asked."""

    def _play(self, method, path, sent, headers):
        parts = path.split("?")[0].split("/")
        if parts[0] == "payment_intents":
            intent = next(each["payment_intent"] for each in self.sessions.values())
            if intent["status"] == "requires_capture" and parts[2] == "capture":
                intent |= {"status": "succeeded", "amount_received": int(sent["amount_to_capture"])}
            elif intent["status"] == "requires_capture":
                intent |= {"status": "canceled", "cancellation_reason": None}
            return intent
        return super()._play(method, path.split("?")[0], sent, headers)

    def _session(self, sent):
        assert sent["payment_intent_data[capture_method]"] == "manual"
        assert sent["expand[0]"] == "payment_intent.latest_charge"
        return {**super()._session(sent), "payment_intent": None}

    def authorise(self):
        """Let the guest finish the page of Stripe."""
        for session in self.sessions.values():
            card = {"capture_before": ENDS}
            charge = {"id": "ch_1", "object": "charge", "payment_method_details": {"type": "card", "card": card}}
            intent = {"id": "pi_1", "object": "payment_intent", "status": "requires_capture", "amount_received": 0}
            intent |= {"latest_charge": charge, "cancellation_reason": None}
            session |= {"status": "complete", "url": None, "payment_intent": intent}


@pytest.fixture
def network(settings, monkeypatch):
    settings.STRIPE_SECRET_KEY = "sk_test_x"
    transport = Holding()
    monkeypatch.setitem(provider.__globals__["_PROVIDERS"], "stripe", StripeProvider(transport))
    return transport


@pytest.fixture
def tab(bill, network):
    """Return an open tab of 50.00."""
    Restaurant.objects.update(online_payments="stripe")
    opened = bill.post("/tabs", {"amount": "50.00"}).json()
    assert (opened["state"], opened["url"]) == ("pending", "https://checkout.stripe.com/c/pay/cs_0")
    network.authorise()
    sweep()
    row = Payment.objects.get()
    assert (row.status, row.capture_before) == ("authorised", datetime.fromtimestamp(ENDS, UTC))
    return opened


def capture(bill, tab, **body):
    return bill.api.post(f"/api/v1/payments/{tab['id']}/capture", body).json()


def test_a_part_is_captured_with_a_key_of_its_own(bill, tab, network):
    assert capture(bill, tab, tip="2.00")["state"] == "captured"
    _method, _path, sent, headers = next(each for each in network.requests if each[1].endswith("/capture"))
    key = PaymentAttempt.objects.get().key
    assert (sent["amount_to_capture"], headers["Idempotency-Key"]) == ("4200", f"{key}-capture")
    assert (states(), bill.due()) == (["captured"], "0.00")
    bill.house.api("manager").post(f"/api/v1/payments/{tab['id']}/refunds", {"amount": "5.00", "reason": "cold"})
    sent = next(sent for _method, path, sent, _headers in network.requests[::-1] if path == "refunds")
    assert (sent["payment_intent"], sent["amount"]) == ("pi_1", "500")


def test_a_lost_capture_is_repeated_with_the_same_key(bill, tab, network):
    network.broken = [stripe.APIConnectionError("timed out")]
    assert capture(bill, tab)["state"] == "authorised"
    sweep(minutes=2)
    assert (states(), bill.due()) == (["captured"], "0.00")


def test_a_release_cancels_the_intent(bill, tab, network):
    assert bill.api.post(f"/api/v1/payments/{tab['id']}/cancel").json()["state"] == "cancelled"
    assert [path for _method, path, *_more in network.requests if "payment_intents" in path] == [
        "payment_intents/pi_1/cancel"
    ]


def test_a_hold_that_stripe_ended_is_expired_and_not_captured(bill, tab, network):
    for session in network.sessions.values():
        session["payment_intent"] |= {"status": "canceled", "cancellation_reason": "automatic"}
    capture(bill, tab)
    assert (states(), bill.due()) == (["expired"], "40.00")
    assert not any(path.endswith("/capture") for _method, path, *_more in network.requests)


def test_a_page_that_nobody_finishes_is_expired(bill, network):
    Restaurant.objects.update(online_payments="stripe")
    opened = bill.post("/tabs", {"amount": "50.00"}).json()
    assert bill.api.post(f"/api/v1/payments/{opened['id']}/cancel").json()["state"] == "expired"
    assert network.requests[-1][1].startswith("checkout/sessions/cs_0/expire")
