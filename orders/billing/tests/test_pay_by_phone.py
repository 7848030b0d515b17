"""Paying by phone at the table: choose, tip, pay, receipt, without an account and without JavaScript."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes
from orders.billing.models import Payment, Share
from orders.billing.tests.online import dummy, faults, states, sweep
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


class Phone:
    """The browser of a guest who scanned the code of a bill."""

    def __init__(self, bill, **headers):
        self.browser = Client(headers=headers)
        self.link = bill.read()["link"].removeprefix(settings.PUBLIC_URL)

    def get(self, end="", status=200):
        answer = self.browser.get(self.link + end)
        assert answer.status_code == status, (end, answer.status_code)
        return answer.content.decode()

    def fields(self, choice, tip="tip=0"):
        page = self.get(f"confirm/?{choice}&{tip}")
        form = page[page.index('<form method="post"') :]
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
        return {name: [value for key, value in found if key == name] for name, _value in found}

    def pay(self, fields, status=302):
        answer = self.browser.post(f"{self.link}pay/", fields)
        assert answer.status_code == status, answer.content
        return answer["Location"] if status == 302 else answer.content.decode()


@pytest.fixture
def phone(bill):
    return Phone(bill)


def test_everything_in_four_taps_with_a_tip(bill, phone):
    page = phone.get()
    assert "€40.00" in page
    tips = phone.get("tip/?for=all")
    assert "€36.36" in tips, "the base is shown: without tax"
    assert re.findall(r'name="tip" value="(\d+)"', tips) == ["0", "5", "10", "15"]
    assert "checked" not in tips
    assert "€43.64" in phone.get("confirm/?for=all&tip=10")
    target = phone.pay(phone.fields("for=all", "tip=10"))
    done = phone.browser.get(target).content.decode()
    assert "€43.64 is paid." in done
    receipt = re.search(r'href="(/receipt/[^"]+)"', done)[1]
    assert Client().get(receipt).status_code == 200
    assert (Payment.objects.get().tip, bill.read()["state"]) == (Decimal("3.64"), "settled")
    assert "Nothing is due" in phone.get()
    assert Payment.objects.get().taken_by == "Guest"


def test_a_guest_may_take_as_long_as_it_takes(bill, phone):
    """No page before the payment has a time limit (WCAG 2.2.1): two hours later the same form pays."""
    fields = phone.fields("for=all", "tip=10")
    for page in ("", "tip/?for=all", "confirm/?for=all&tip=10"):
        assert not re.search(r'http-equiv="?refresh|hx-trigger="every|data-expires', phone.get(page)), page
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        assert "€43.64 is paid." in phone.browser.get(phone.pay(fields)).content.decode()


def test_without_presets_nobody_asks_for_a_tip(phone):
    Restaurant.objects.update(tip_percents="")
    answer = phone.browser.get(f"{phone.link}tip/?for=all")
    assert (answer.status_code, answer["Location"]) == (302, f"{phone.link}confirm/?for=all")


def test_a_second_tap_is_the_same_payment(phone):
    fields = phone.fields("for=all")
    assert phone.pay(fields) == phone.pay(fields)
    assert Payment.objects.count() == 1


def test_my_dishes_are_a_share_and_nobody_else_can_pay_them(bill, phone):
    first, second, *_others = bill.lines
    choice = f"for=dishes&line={first}&line={second}"
    fields = phone.fields(choice)
    other = Phone(bill)
    theirs = other.fields(f"for=dishes&line={second}")
    phone.pay(fields)
    share = Share.objects.get()
    assert (share.total, share.by_guest, bill.due()) == (Decimal("20.00"), True, "20.00")
    with nothing_changes():
        assert "Somebody else pays for one of these dishes." in other.pay(theirs, 409)
    assert len(re.findall(r"disabled", other.get())) == 2


def test_dishes_of_a_failed_payment_are_free_again(bill, phone):
    faults(declines=1)
    target = phone.pay(phone.fields(f"for=dishes&line={bill.lines[0]}"))
    assert "Nothing was taken." in phone.browser.get(target).content.decode()
    assert not Share.objects.exists()
    faults()
    phone.pay(phone.fields(f"for=dishes&line={bill.lines[0]}"))
    assert bill.due() == "30.00"


def test_an_equal_part_is_exact_to_the_cent(bill, phone):
    for due in ("26.66", "13.32", "0.00"):
        phone.pay(phone.fields("for=part&number=3"))
        assert bill.due() == due


def test_the_share_that_staff_made(bill, phone):
    shares = bill.post("/split", {"by": "seat"}).json()["shares"]
    page = phone.get()
    assert 'value="dishes"' not in page
    phone.pay(phone.fields(f"for=share&number={shares[0]['id']}"))
    assert bill.read()["shares"][0]["due"] == "0.00"


def test_what_changed_since_the_guest_looked_is_said_and_nothing_is_taken(bill, phone):
    fields = phone.fields("for=all")
    bill.house.place("waiter")
    with nothing_changes():
        assert "The bill has changed." in phone.pay(fields, 409)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tip": "-1"},
        {"tip": "NaN"},
        {"tip": "1e308"},
        {"expected": "0.01"},
        {"expected": "x"},
        {"for": "share", "number": "999999"},
        {"for": "dishes", "line": "999999"},
        {"for": "part", "number": "0"},
        {"for": "gold"},
    ],
)
def test_tampered_forms_are_refused_and_keep_nothing(phone, wrong):
    fields = phone.fields("for=all")
    with nothing_changes():
        answer = phone.browser.post(f"{phone.link}pay/", {**fields, **wrong})
    assert 400 <= answer.status_code < 500


def test_another_partys_dish_or_share_is_not_mine(bill, phone, other_house):
    theirs = other_house.place("waiter")["lines"][0]["id"]
    with nothing_changes():
        phone.pay({**phone.fields("for=all"), "for": "dishes", "line": str(theirs)}, 404)


def test_the_link_ends_with_the_guests_and_shows_nothing_then(bill, phone):
    target = phone.pay(phone.fields("for=all"))
    bill.house.done(bill.api.post(f"/api/v1/orders/{bill.order['id']}/cancel", {"reason": "x"}))
    bill.house.done(bill.api.post(f"/api/v1/tables/{bill.house.table.pk}/clear"))
    for end in ("", "tip/?for=all", "confirm/?for=all"):
        page = phone.get(end, 404)
        assert "This bill is closed" in page
        assert bill.house.restaurant.name not in page
    with nothing_changes():
        phone.pay({"for": "all"}, 404)
    assert bill.read()["link"] is None
    assert "is paid." in phone.browser.get(target).content.decode(), "who paid still finds the receipt"


@pytest.mark.parametrize("token", ["x", "A" * 43, "é" * 43])
def test_a_guessed_link_opens_nothing(client, token):
    assert client.get(f"/pay/{token}/").status_code == 404
    assert client.get(f"/pay/{token}/payments/x/").status_code == 404


def test_a_changed_link_opens_nothing(phone):
    token = phone.link.split("/")[2]
    other = ("A" if token[-2] != "A" else "B").join([token[:-2], token[-1]])
    assert phone.browser.get(f"/pay/{other}/").status_code == 404


def test_the_link_of_guests_who_joined_leads_to_the_bill_of_all(bill, phone):
    house = bill.house
    table = house.add_table()
    house.place("waiter", table=table.pk)
    head = Party.objects.get(table=table)
    house.done(
        house.api("waiter").post(f"/api/v1/parties/{head.pk}/join", {"table": house.table.pk, "party": bill.party})
    )
    assert "€50.00" in phone.get()


def test_a_bank_that_is_silent_says_not_to_pay_again(bill, phone):
    faults(lost=1)
    page = phone.browser.get(phone.pay(phone.fields("for=all"))).content.decode()
    assert "Do not pay again." in page
    assert "every 3s" in page
    faults()
    sweep()
    assert states() == ["captured"]
    dummy().switches.down = True
    assert "Nothing is due" in phone.get()


@pytest.mark.parametrize(
    ("code", "direction", "words"),
    [
        ("de", "", "Was wird bezahlt?"),
        ("fr", "", "Que payez-vous ?"),
        ("es", "", "¿Qué paga?"),
        ("ar", ' dir="rtl"', "ماذا تدفع؟"),
    ],
)
def test_the_page_speaks_the_guests_language(bill, code, direction, words):
    phone = Phone(bill, **{"accept-language": code})
    page = phone.get()
    assert f'<html lang="{code}"{direction}' in page
    assert words in page
    assert ("\u2068€40.00\u2069" in phone.get("confirm/?for=all")) is bool(direction)
    answer = phone.browser.get(f"{phone.link}?language=en")
    assert (answer.status_code, answer["Location"]) == (302, phone.link)
    assert "What do you pay?" in phone.get()


def test_stripe_may_be_reached_from_the_pay_page_alone(bill, phone):
    Restaurant.objects.update(online_payments="stripe")

    def allowed(end):
        return phone.browser.get(phone.link + end)["Content-Security-Policy"]

    assert "checkout.stripe.com" in allowed("confirm/?for=all")
    assert "stripe" not in allowed("") + allowed("tip/?for=all")


def test_pages_of_guests_are_limited_and_kept_by_nobody(phone, settings):
    answer = phone.browser.get(phone.link)
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "guest-page": "1/min"}
    phone.browser.get(phone.link)
    assert phone.browser.get(phone.link).status_code == 429


def test_the_check_and_the_bill_have_the_code(bill, phone):
    page = bill.house.browser("waiter").get(f"/floor/bills/{bill.party}/").content.decode()
    assert phone.link in page
    check = bill.house.browser("waiter").get(f"/floor/bills/{bill.party}/check/").content.decode()
    assert "<svg" in check
    assert "Pay with your phone" in check


def test_the_page_costs_the_same_however_long_the_bill_is(bill, phone):
    def count():
        with CaptureQueriesContext(connection) as queries:
            phone.get()
        return len(queries)

    before = count()
    for _ in range(5):
        bill.house.place("waiter", quantity=2)
    assert count() == before


def test_no_data_of_cards_is_kept(bill, phone):
    phone.pay(phone.fields("for=all"))
    columns = {field.name for model in (Payment, Payment.attempts.rel.related_model) for field in model._meta.fields}
    assert not {"card", "pan", "cvc", "number_of_card"} & columns
    with connection.cursor() as cursor:
        tables = [
            name for name in connection.introspection.table_names() if name.startswith(("billing_", "core_event"))
        ]
        for name in tables:
            cursor.execute(f'SELECT * FROM "{name}"')
            assert not re.search(
                r"(?<![\w.])(?:\d[ -]?){13,19}(?![\w.])", re.sub(r"datetime\([^)]*\)", "", str(cursor.fetchall()))
            )
