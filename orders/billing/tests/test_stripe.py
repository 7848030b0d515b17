"""Stripe with recorded answers and no network: states, keys, errors, refunds, messages, and a missing package."""

import json
import time
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
import stripe

from bistro.core.models import Restaurant
from orders.billing.models import Payment, PaymentAttempt, ProviderEvent
from orders.billing.providers import provider, stripe_checkout
from orders.billing.providers.base import ProviderMissing
from orders.billing.providers.signatures import sign
from orders.billing.providers.stripe_checkout import API_VERSION, StripeProvider, units_of
from orders.billing.tests.online import states, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


class Recorded(stripe.HTTPClient):
    """A transport that plays answers of Stripe and keeps the requests. It behaves as Checkout does."""

    name = "recorded"

    def __init__(self):
        super().__init__()
        self.requests, self.sessions, self.refunds, self.broken = [], {}, {}, []

    def request(self, method, url, headers, post_data=None):
        path = url.removeprefix("https://api.stripe.com/v1/")
        sent = {name: values[0] for name, values in parse_qs(post_data or "").items()}
        self.requests.append((method, path, sent, dict(headers)))
        if self.broken:
            failure = self.broken.pop(0)
            if isinstance(failure, Exception):
                raise failure
            return json.dumps({"error": {"type": "api_error", "message": "x"}}).encode(), failure, {}
        return json.dumps(self._play(method, path, sent, headers)).encode(), 200, {}

    def _play(self, method, path, sent, headers):
        if path == "checkout/sessions":
            return self.sessions.setdefault(headers["Idempotency-Key"], self._session(sent))
        if path == "refunds":
            refund = {"id": f"re_{len(self.refunds)}", "object": "refund", "status": "succeeded"}
            return self.refunds.setdefault(headers["Idempotency-Key"], refund)
        session = next(each for each in self.sessions.values() if each["id"] == path.split("/")[2])
        if path.endswith("/expire"):
            session["status"], session["url"] = "expired", None
        return session

    def _session(self, sent):
        return {
            "id": f"cs_{len(self.sessions)}",
            "object": "checkout.session",
            "status": "open",
            "payment_status": "unpaid",
            "payment_intent": "pi_1",
            "livemode": False,
            "url": "https://checkout.stripe.com/c/pay/cs_0",
            "currency": sent["line_items[0][price_data][currency]"],
            "amount_total": int(sent["line_items[0][price_data][unit_amount]"]),
            "metadata": {name[9:-1]: value for name, value in sent.items() if name.startswith("metadata[")},
        }

    def close(self):
        pass


@pytest.fixture
def network(settings, monkeypatch):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_x", "whsec_x"
    transport = Recorded()
    monkeypatch.setitem(provider.__globals__["_PROVIDERS"], "stripe", StripeProvider(transport))
    return transport


@pytest.fixture
def bill(bill):
    Restaurant.objects.update(online_payments="stripe")
    return bill


def paid(network):
    for session in network.sessions.values():
        session["status"], session["payment_status"], session["url"] = "complete", "paid", None


def test_a_session_is_made_with_our_key_and_the_pinned_version(bill, network):
    payment = bill.pay(method="stripe", amount="15.00", tip="1.50")
    assert (payment["state"], payment["url"]) == ("pending", "https://checkout.stripe.com/c/pay/cs_0")
    method, path, sent, headers = network.requests[0]
    key = PaymentAttempt.objects.get().key
    assert (method, path, headers["Idempotency-Key"], headers["Stripe-Version"]) == (
        "post",
        "checkout/sessions",
        key,
        API_VERSION,
    )
    assert sent["line_items[0][price_data][unit_amount]"] == "1650"
    assert (sent["metadata[attempt]"], sent["metadata[bill]"]) == (key, str(Payment.objects.get().bill_id))
    paid(network)
    sweep()
    assert (states(), bill.due()) == (["captured"], "25.00")


def test_a_lost_answer_is_asked_for_with_the_same_key(bill, network):
    network.broken = [stripe.APIConnectionError("timed out"), 500]
    assert bill.pay(method="stripe")["state"] == "unknown"
    sweep(minutes=1)
    sweep(minutes=2)
    paid(network)
    sweep(minutes=4)
    assert (states(), len(network.sessions)) == (["captured"], 1)


def test_what_stripe_refuses_frees_the_amount(bill, network):
    network.broken = [400]
    assert bill.pay(method="stripe")["state"] == "declined"
    assert bill.due() == "40.00"


def test_cancelling_expires_the_session(bill, network):
    payment = bill.pay(method="stripe")
    assert bill.api.post(f"/api/v1/payments/{payment['id']}/cancel").json()["state"] == "expired"
    assert network.requests[-1][1] == "checkout/sessions/cs_0/expire"
    assert bill.due() == "40.00"


def test_a_refund_names_the_intent_and_has_a_key(bill, network):
    payment = bill.pay(method="stripe")
    paid(network)
    sweep()
    network.broken = [stripe.APIConnectionError("timed out")]
    body = {"amount": "5.00", "reason": "cold"}
    assert bill.api.post(f"/api/v1/payments/{payment['id']}/refunds", body).json()["state"] == "unknown"
    sweep()
    assert [refund["id"] for refund in network.refunds.values()] == ["re_0"]
    sent = next(sent for _method, path, sent, _headers in network.requests[::-1] if path == "refunds")
    assert (sent["payment_intent"], sent["amount"]) == ("pi_1", "500")


def test_another_amount_or_mode_is_parked(bill, network):
    bill.pay(method="stripe")
    paid(network)
    for session in network.sessions.values():
        session["livemode"] = True
    sweep()
    assert Payment.objects.get().trouble == "account"


def test_an_event_is_checked_and_makes_us_ask(bill, network, client):
    bill.pay(method="stripe")
    paid(network)
    told = {"object": {"metadata": {"attempt": PaymentAttempt.objects.get().key}}}
    body = json.dumps({"id": "evt_1", "type": "checkout.session.completed", "data": told}).encode()
    for secret, status in (("whsec_x", 200), ("whsec_x", 200), ("other", 400)):
        headers = {"Stripe-Signature": sign(body, secret, int(time.time()))}
        assert client.post("/webhooks/stripe", body, "application/json", headers=headers).status_code == status
    assert ProviderEvent.objects.count() == 1
    sweep(minutes=0)
    assert states() == ["captured"]


def test_our_signatures_are_those_of_the_sdk():
    body, now = b'{"id": "evt_1", "object": "event"}', int(time.time())
    assert stripe.Webhook.construct_event(body, sign(body, "whsec_x", now), "whsec_x").id == "evt_1"


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [("12.50", "EUR", 1250), ("171", "JPY", 171), ("1.250", "KWD", 1250), ("100", "ISK", 10000)],
)
def test_amounts_in_the_units_of_stripe(amount, currency, units):
    assert units_of(Decimal(amount), currency) == units


def test_without_its_package_or_key_a_payment_is_refused_and_says_why(bill, network, settings, monkeypatch):
    settings.STRIPE_SECRET_KEY = ""
    assert bill.pay(method="stripe")["state"] == "declined"
    assert "STRIPE_SECRET_KEY" in PaymentAttempt.objects.get().answer

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(stripe_checkout, "import_module", missing)
    with pytest.raises(ProviderMissing, match=r"pip install -r requirements-stripe\.txt"):
        StripeProvider().sdk  # noqa: B018
