"""No data of cards is anywhere: not in the database, the logs, the feed, webhooks, pages and exports.

The bank's answers and messages are full of it, as those of a real one can be. `CARD_FLOWS` sets the number of flows.
"""

import json
import logging
import os
import re
import time

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from bistro.core.models import Event, Restaurant
from bistro.webhooks.models import Hook
from bistro.webhooks.payloads import event_body
from orders.billing.models import Payment, PaymentAttempt
from orders.billing.providers import provider
from orders.billing.providers.signatures import sign
from orders.billing.providers.stripe_checkout import StripeProvider
from orders.billing.tests.online import faults, sweep
from orders.billing.tests.test_pay_by_phone import Phone
from orders.billing.tests.test_stripe import Recorded
from orders.documents.verification import exported
from tests.plugins.examples import THOROUGH

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FLOWS = int(os.environ.get("CARD_FLOWS") or (1_000 if THOROUGH else 25))
PAN, CVC = "4242424242424242", "cvc-9137"
SECRETS = {
    "number": PAN,
    "spaced": "5555 5555 5555 4444",
    "cvc": CVC,
    "track2": f";{PAN}=30122011000012300000?",
    "client_secret": "pi_1_secret_abcdef",
}
FORBIDDEN = [PAN, "5555 5555 5555 4444", CVC, "=3012201", "_secret_abcdef"]
DIGITS = re.compile(r"(?<![\w.+:-])[3-6](?:[ -]?\d){12,18}(?![\w.:-])")


class Talkative(Recorded):
    """A bank that tells everything about the card in its answers and errors, and at which guests have paid at once."""

    def _session(self, sent):
        card = {"type": "card", "card": SECRETS, "client_secret": SECRETS["client_secret"]}
        done = {"status": "complete", "payment_status": "paid", "url": None}
        return {**super()._session(sent), **done, **SECRETS, "payment_method_details": card}

    def request(self, method, url, headers, post_data=None):
        answer, status, more = super().request(method, url, headers, post_data)
        if status != 200:
            error = {"type": "card_error", "code": "card_declined", "message": f"{PAN} {CVC} was declined", **SECRETS}
            answer = json.dumps({"error": error}).encode()
        return answer, status, more


class Guests:
    """Guests who pay in every way that knows of cards."""

    def __init__(self, house, bank):
        self.house, self.bank = house, bank
        self.api, self.manager = house.api("waiter"), house.api("manager")

    def play(self, number):
        way = (self.at_stripe, self.at_stripe_with_trouble, self.by_phone, self.from_a_tab, self.at_the_terminal)
        table = self.house.add_table().pk
        order = self.house.place("waiter", lines=[{"item": self.house.item.pk, "quantity": 2}], table=table)
        way[number % len(way)](order["party"])

    def pay(self, party, method, **body):
        Restaurant.objects.update(online_payments=method if method != "terminal" else "dummy")
        answer = self.api.post(f"/api/v1/bills/{party}/payments", {"method": method, **body})
        assert answer.status_code in (200, 201), answer.content
        return answer.json()

    def at_stripe(self, party):
        """Pay by a bank that tells too much, also by a message; and get some back."""
        payment = self.pay(party, "stripe", tip="1.00")
        self.message(payment)
        sweep(minutes=2)
        self.back(payment)

    def at_stripe_with_trouble(self, party):
        """Be declined, and have no answer."""
        for broken in (402, 500):
            self.bank.broken = [broken]
            self.pay(party, "stripe", amount="5.00")
        self.bank.broken = []
        sweep(minutes=2)

    def by_phone(self, party):
        Restaurant.objects.update(online_payments="dummy")
        phone = Phone(self.bill(party))
        phone.browser.get(phone.pay(phone.fields("for=all", "tip=10")))

    def from_a_tab(self, party):
        Restaurant.objects.update(online_payments="dummy")
        tab = self.house.done(self.api.post(f"/api/v1/bills/{party}/tabs", {"amount": "50.00"}))
        self.back(self.house.done(self.api.post(f"/api/v1/payments/{tab['id']}/capture", {"tip": "2.00"})))

    def at_the_terminal(self, party):
        self.back(self.pay(party, "terminal", slip="004217"))

    def back(self, payment):
        body = {"amount": "5.00", "reason": "cold"}
        self.house.done(self.manager.post(f"/api/v1/payments/{payment['id']}/refunds", body))

    def message(self, payment):
        told = {"object": {"metadata": {"attempt": PaymentAttempt.objects.get(payment=payment["id"]).key}, **SECRETS}}
        body = json.dumps({"id": f"evt_{payment['id']}", "type": "payment_intent.succeeded", "data": told, **SECRETS})
        headers = {"Stripe-Signature": sign(body.encode(), "whsec_x", int(time.time()))}
        assert Client().post("/webhooks/stripe", body, "application/json", headers=headers).status_code == 200

    def bill(self, party):
        class Bill:
            """The bill of these guests, as `Phone` reads it."""

            def read(_self):
                return self.api.get(f"/api/v1/bills/{party}").json()

        return Bill()


@pytest.fixture
def guests(house, settings, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET = "sk_test_x", "whsec_x"
    bank = Talkative()
    monkeypatch.setitem(provider.__globals__["_PROVIDERS"], "stripe", StripeProvider(bank))
    yield Guests(house, bank)
    faults()


def everything(house, logs):
    """Yield (where, text) of all that is kept, said or exported."""
    yield "logs", logs
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{name}"')
            yield name, "\n".join(" | ".join(map(str, row)) for row in cursor.fetchall())
    for event in Event.objects.filter(restaurant=house.restaurant):
        hook = Hook(restaurant=house.restaurant, personal=True)
        yield "feed and webhooks", json.dumps(event_body(event, house.restaurant, "epoch", hook))
    yield "journal", json.dumps(list(exported(house.restaurant.pk)))
    manager, day = house.browser("manager"), str(Payment.objects.latest("pk").business_date)
    for page in ("reports:day-csv", "reports:day-xlsx", "reports:day"):
        answer = manager.get(reverse(page, args=[day]))
        assert answer.status_code == 200
        yield page, answer.content.decode(errors="ignore")


def findings(texts):
    """Return where a secret is, or a number that can be one of a card."""
    found = []
    for where, text in texts:
        found += [f"{secret} in {where}" for secret in FORBIDDEN if secret in text]
        found += [f"{each} in {where}" for each in DIGITS.findall(text) if is_card(each)]
    return found


def is_card(text):
    """Return whether digits have the check digit of cards."""
    digits = [int(each) for each in reversed(re.sub(r"\D", "", text))]
    doubled = (sum(divmod(2 * each, 10)) for each in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def test_no_data_of_cards_is_kept_said_or_exported(house, guests, caplog, capfd):
    for number in range(FLOWS):
        guests.play(number)
    assert {"captured", "declined"} <= set(Payment.objects.values_list("status", flat=True))
    assert any(PAN in json.dumps(session) for session in guests.bank.sessions.values()), "the bank said nothing"
    said = capfd.readouterr()
    assert findings(everything(house, caplog.text + said.out + said.err)) == []


def test_control_a_card_number_that_somebody_keeps_is_found(house, guests, caplog):
    guests.at_the_terminal(house.place("waiter")["party"])
    Payment.objects.update(slip=PAN)
    assert findings(everything(house, "")) == [f"{PAN} in billing_payment"] * 2
    assert findings([("x", "paid with 4000 0566 5566 5556 today")]) == ["4000 0566 5566 5556 in x"]
    assert findings([("x", "2026-11-30 09:30:12.123456 4000056655665557 a4242424242424241")]) == []
    assert findings([("x", f"CVC {CVC}")]) == [f"{CVC} in x"]
