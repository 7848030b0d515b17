"""Card readers of Stripe Terminal with recorded answers and no network: waiting, cancelling, refusals, the sweep."""

import json
import time
from urllib.parse import parse_qs

import pytest
import stripe

from bistro.core.models import Restaurant
from orders.billing.models import CardReader, Payment, PaymentAttempt
from orders.billing.providers import provider, stripe_checkout
from orders.billing.providers.signatures import sign
from orders.billing.providers.stripe_terminal import StripeTerminal
from orders.billing.tests.online import states, sweep

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


class Terminal(stripe.HTTPClient):
    """A transport that plays Stripe with its readers: a PaymentIntent waits until a card pays it."""

    name = "recorded"

    def __init__(self):
        super().__init__()
        self.requests, self.intents, self.refunds, self.action, self.broken = [], {}, {}, None, []

    def request(self, method, url, headers, post_data=None):
        path = url.removeprefix("https://api.stripe.com/v1/")
        sent = {name: values[0] for name, values in parse_qs(post_data or "").items()}
        self.requests.append((method, path, sent, dict(headers)))
        if self.broken and self.broken[0][0] in path:
            _where, failure = self.broken.pop(0)
            if isinstance(failure, Exception):
                raise failure
            error = {"type": "invalid_request_error", "code": failure, "message": "x"}
            return json.dumps({"error": error}).encode(), 400, {}
        return json.dumps(self._play(method, path, sent, headers)).encode(), 200, {}

    def _play(self, method, path, sent, headers):
        if path == "payment_intents":
            return self.intents.setdefault(headers["Idempotency-Key"], self._intent(sent))
        if path == "refunds":
            return {"id": "re_0", "object": "refund", "status": "succeeded"}
        if path.startswith("terminal/readers/"):
            if path.endswith("/process_payment_intent"):
                done = {"payment_intent": sent["payment_intent"]}
                self.action = {
                    "type": "process_payment_intent",
                    "status": "in_progress",
                    "process_payment_intent": done,
                }
            if path.endswith("/cancel_action"):
                self.action = None
            return {"id": path.split("/")[2], "object": "terminal.reader", "action": self.action}
        intent = next(each for each in self.intents.values() if each["id"] == path.split("/")[1])
        if path.endswith("/cancel"):
            intent["status"] = "canceled"
        return intent

    def _intent(self, sent):
        return {
            "id": f"pi_{len(self.intents)}",
            "object": "payment_intent",
            "status": "requires_payment_method",
            "livemode": False,
            "currency": sent["currency"],
            "amount": int(sent["amount"]),
            "amount_received": 0,
            "metadata": {name[9:-1]: value for name, value in sent.items() if name.startswith("metadata[")},
        }

    def pay(self):
        for intent in self.intents.values():
            intent["status"], intent["amount_received"] = "succeeded", intent["amount"]
        self.action["status"] = "succeeded"

    def paths(self):
        return [path for _method, path, _sent, _headers in self.requests]

    def close(self):
        pass


@pytest.fixture
def network(settings, monkeypatch):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_x", "whsec_x"
    transport = Terminal()
    monkeypatch.setitem(provider.__globals__["_PROVIDERS"], "reader", StripeTerminal(transport))
    return transport


@pytest.fixture
def reader(bill):
    """A reader of a house that has no payments by phone."""
    Restaurant.objects.update(online_payments="")
    return CardReader.objects.create(restaurant=bill.house.restaurant, name="Bar", reader_id="tmr_bar1")


def test_a_payment_waits_at_the_reader_until_the_sweep_sees_the_card(bill, network, reader):
    payment = bill.pay(method="reader", reader=reader.pk, amount="15.00", tip="1.50")
    assert (payment["state"], payment["reader"], payment["url"]) == ("pending", reader.pk, None)
    key = PaymentAttempt.objects.get().key
    (_post, _path, made, headers), (_post, path, sent, second) = network.requests
    assert (made["amount"], made["payment_method_types[0]"], made["metadata[attempt]"]) == ("1650", "card_present", key)
    assert (path, sent["payment_intent"]) == ("terminal/readers/tmr_bar1/process_payment_intent", "pi_0")
    assert (headers["Idempotency-Key"], second["Idempotency-Key"]) == (key, f"{key}-reader")
    sweep(minutes=0.1)
    assert (states(), bill.due()) == (["pending"], "25.00")
    network.pay()
    sweep(minutes=0.2)
    assert (states(), bill.due()) == (["captured"], "25.00")


def test_cancelling_frees_the_reader_and_the_amount(bill, network, reader):
    payment = bill.pay(method="reader", reader=reader.pk)
    assert bill.api.post(f"/api/v1/payments/{payment['id']}/cancel").json()["state"] == "cancelled"
    assert "terminal/readers/tmr_bar1/cancel_action" in network.paths()
    assert "payment_intents/pi_0/cancel" in network.paths()
    assert bill.due() == "40.00"
    assert bill.pay(method="reader", reader=reader.pk)["state"] == "pending"


def test_a_card_that_was_read_while_somebody_cancelled_counts(bill, network, reader):
    payment = bill.pay(method="reader", reader=reader.pk)
    network.pay()
    answer = bill.api.post(f"/api/v1/payments/{payment['id']}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_paid")
    assert (states(), bill.due()) == (["captured"], "0.00")


def test_a_refused_card_frees_the_amount(bill, network, reader):
    bill.pay(method="reader", reader=reader.pk)
    network.action["status"] = "failed"
    sweep(minutes=0.1)
    assert (states(), bill.due()) == (["declined"], "40.00")


@pytest.mark.parametrize("code", ["terminal_reader_offline", "terminal_reader_busy"])
def test_a_reader_that_refuses_gets_no_late_payment(bill, network, reader, code):
    network.broken = [("process_payment_intent", code)]
    assert bill.pay(method="reader", reader=reader.pk)["state"] == "declined"
    assert network.paths()[-1] == "payment_intents/pi_0/cancel"
    assert bill.due() == "40.00"


def test_a_lost_answer_is_asked_for_and_the_card_counts_once(bill, network, reader):
    network.broken = [("process_payment_intent", stripe.APIConnectionError("timed out"))]
    assert bill.pay(method="reader", reader=reader.pk)["state"] == "unknown"
    network.action = {
        "type": "process_payment_intent", "status": "in_progress", "process_payment_intent": {"payment_intent": "pi_0"},
    }  # fmt: skip
    sweep(minutes=0.1)
    assert states() == ["pending"]
    network.pay()
    sweep(minutes=0.2)
    assert (states(), len(network.intents)) == (["captured"], 1)


def test_what_the_reader_never_got_is_cancelled(bill, network, reader):
    network.broken = [("process_payment_intent", stripe.APIConnectionError("timed out"))]
    bill.pay(method="reader", reader=reader.pk)
    sweep(minutes=0.1)
    assert (states(), bill.due()) == (["cancelled"], "40.00")


def test_after_three_minutes_the_reader_is_free_again(bill, network, reader):
    bill.pay(method="reader", reader=reader.pk)
    sweep(minutes=3.1)
    assert (states(), network.action) == (["cancelled"], None)


def test_one_card_at_a_time(bill, network, reader):
    bill.pay(method="reader", reader=reader.pk, amount="10.00")
    answer = bill.pay(409, method="reader", reader=reader.pk, amount="10.00")
    assert (answer["code"], Payment.objects.count()) == ("reader_busy", 1)


def test_control_the_database_refuses_a_second_payment_at_a_reader(bill, network, reader, monkeypatch):
    bill.pay(method="reader", reader=reader.pk, amount="10.00")
    monkeypatch.setattr("orders.billing.services.starting.require_reader", lambda tender, actor: None)
    with pytest.raises(Exception, match=r"payment_alone_at_reader|reader_id"):
        bill.pay(method="reader", reader=reader.pk, amount="10.00")
    assert Payment.objects.count() == 1


@pytest.mark.parametrize("which", ["none", "off", "other"])
def test_an_unknown_reader_is_refused(bill, network, reader, other_house, which):
    other = CardReader.objects.create(restaurant=other_house.restaurant, name="Bar", reader_id="tmr_other")
    CardReader.objects.filter(pk=reader.pk).update(off=which == "off")
    chosen = {"none": None, "off": reader.pk, "other": other.pk}[which]
    answer = bill.pay(422, method="reader", reader=chosen)
    assert (answer["code"], Payment.objects.count(), network.requests) == ("reader_not_found", 0, [])


def test_without_package_or_key_nothing_is_begun_and_the_answer_says_why(bill, network, reader, settings, monkeypatch):
    settings.STRIPE_SECRET_KEY = ""
    answer = bill.pay(409, method="reader", reader=reader.pk)
    assert (answer["code"], "STRIPE_SECRET_KEY" in answer["detail"]) == ("provider_missing", True)

    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(stripe_checkout, "import_module", missing)
    monkeypatch.setitem(provider.__globals__["_PROVIDERS"], "reader", StripeTerminal())
    answer = bill.pay(409, method="reader", reader=reader.pk)
    assert "pip install -r requirements-stripe.txt" in answer["detail"]
    assert Payment.objects.count() == 0


def test_a_refund_goes_back_to_the_card(bill, network, reader):
    payment = bill.pay(method="reader", reader=reader.pk)
    network.pay()
    sweep(minutes=0.1)
    body = {"amount": "5.00", "reason": "cold"}
    assert bill.api.post(f"/api/v1/payments/{payment['id']}/refunds", body).json()["state"] == "refunded"
    _method, path, sent, _headers = network.requests[-1]
    assert (path, sent["payment_intent"], sent["amount"]) == ("refunds", "pi_0", "500")


def test_a_message_of_stripe_makes_us_ask_at_once(bill, network, reader, client):
    bill.pay(method="reader", reader=reader.pk)
    network.pay()
    told = {"object": {"metadata": {"attempt": PaymentAttempt.objects.get().key}}}
    body = json.dumps({"id": "evt_1", "type": "payment_intent.succeeded", "data": told}).encode()
    headers = {"Stripe-Signature": sign(body, "whsec_x", int(time.time()))}
    assert client.post("/webhooks/stripe", body, "application/json", headers=headers).status_code == 200
    sweep(minutes=0)
    assert states() == ["captured"]


def test_the_waiters_page_says_what_it_waits_for_and_cancels(bill, network, reader):
    browser, path = bill.house.browser("waiter"), f"/floor/bills/{bill.party}/"
    CardReader.objects.create(restaurant=bill.house.restaurant, name="Cellar", reader_id="tmr_old1", off=True)
    page = browser.get(path).content.decode()
    assert "Card at Bar" in page
    assert "Cellar" not in page
    page = browser.post(f"{path}pay/", {"reader": reader.pk, "key": "one"}, follow=True).content.decode()
    assert "waiting for the card at Bar" in page
    assert "Waiting for the card at Bar" in page
    payment = Payment.objects.get()
    browser.post(f"/floor/payments/{payment.pk}/cancel/", {"back": "bill"})
    assert (states(), network.action) == (["cancelled"], None)
    network.broken = [("process_payment_intent", "terminal_reader_offline")]
    page = browser.post(f"{path}pay/", {"reader": reader.pk, "key": "two"}, follow=True).content.decode()
    assert "Bar did not take the payment" in page


def test_a_manager_names_the_readers(bill, other_house):
    browser, path = bill.house.browser("manager"), "/admin/billing/cardreader/add/"
    for wrong in ("bar", "tmr_", "tmr_ä1234", "pi_12345"):
        assert "begins with tmr_" in browser.post(path, {"name": "Bar", "reader_id": wrong}).content.decode()
    CardReader.objects.create(restaurant=other_house.restaurant, name="Bar", reader_id="tmr_taken")
    assert "in use already" in browser.post(path, {"name": "Bar", "reader_id": "tmr_taken"}).content.decode()
    assert not CardReader.objects.filter(restaurant=bill.house.restaurant).exists()
    assert browser.post(path, {"name": "Bar", "reader_id": "tmr_12345"}).status_code == 302
    assert CardReader.objects.get(restaurant=bill.house.restaurant).name == "Bar"
