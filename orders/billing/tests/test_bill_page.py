"""The bill's page without JavaScript: paying, splitting, comps, refunds and the print."""

import json
import re
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes
from orders.billing.models import Payment, Refund
from orders.billing.tests.bills import approval

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def page(bill):
    return Page(bill)


class Page:
    """The browser of a waiter on the page of a bill."""

    def __init__(self, bill, role="waiter"):
        self.bill, self.browser = bill, bill.house.browser(role)
        self.path = f"/floor/bills/{bill.party}/"

    def read(self, query=""):
        answer = self.browser.get(self.path + query)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()

    def post(self, end, status=302, **fields):
        answer = self.browser.post(f"{self.path}{end}/", fields)
        assert answer.status_code == status, answer.content
        return answer.content.decode()

    def key(self):
        return re.search(r'name="key" value="(\w+)"', self.read())[1]


def test_the_table_leads_to_the_bill(page):
    table = page.bill.house.table
    assert page.path in page.browser.get(f"/floor/tables/{table.pk}/").content.decode()
    assert "€40.00" in page.read()


def test_a_kitchen_has_no_bill(bill):
    table = bill.house.table
    assert "/floor/bills/" not in bill.house.browser("host").get(f"/floor/tables/{table.pk}/").content.decode()
    assert bill.house.browser("kitchen").get(f"/floor/bills/{bill.party}/").status_code == 403


def test_a_card_is_one_tap(page):
    page.post("pay", terminal="1", tip="0", key="k")
    text = page.read()
    assert "€40.00 paid by card." in text
    assert "Nothing is due" in text
    assert "Clear the table" in text


def test_a_note_is_one_tap_and_shows_the_change(page):
    assert 'name="cash" value="50.00"' in page.read()
    page.post("pay", cash="50.00", tip="0", key="k")
    assert "€40.00 paid in cash. Change: €10.00" in page.read()


def test_typed_cash_gives_change_and_a_note_that_is_pressed_counts_more(page):
    page.post("pay", cash="", given="60,00", tip="0", amount="10", key="k")
    assert "€10.00 paid in cash. Change: €50.00" in page.read()
    page.post("pay", cash="50.00", given="90", tip="0", key="l")
    assert "€30.00 paid in cash. Change: €20.00" in page.read()


def test_the_exact_amount_is_taken_whatever_was_typed_as_given(page):
    exact = re.search(r'bill__exact" name="cash" value="(\w+)"', page.read())[1]
    page.post("pay", cash=exact, given="60", tip="0", amount="10", key="k")
    assert "€10.00 paid in cash. Change: €0.00" in page.read()
    page.post("pay", cash=exact, given="60", tip="0", amount="", key="l")
    assert "€30.00 paid in cash. Change: €0.00" in page.read()


def test_a_refused_part_stays_in_its_field(page):
    with nothing_changes():
        text = page.post("pay", 422, cash="", given="5", amount="12.34", tip="0", key="k")
    assert re.search(r'<details class="bill__fold" open>\s*<summary[^>]*>Other amounts', text)
    assert re.search(r'id="pay-amount"[^>]*value="12.34"', text)
    text = page.post("split", 422, by="amount", amount="900")
    assert re.search(r'id="pay-amount"[^>]*value', text) is None, "the amount of another form"


def test_too_little_cash_is_refused_and_stays_in_the_field(page):
    with nothing_changes():
        text = page.post("pay", 422, cash="", given="39.99", tip="0", key="k")
    assert "€40.00 is to be paid." in text
    assert 'value="39.99"' in text


@pytest.mark.parametrize(("chosen", "shown"), [("tip=10", "10 %"), ("tip=0", "No tip"), ("other=1,23", None)])
def test_the_tip_of_a_refused_payment_stays_chosen(page, chosen, shown):
    tip = re.search(r'name="tip" value="([^"]+)"', page.read(f"?{chosen}"))[1]
    with nothing_changes():
        text = page.post("pay", 422, cash="", given="1", tip=tip, key="k")
    assert f'name="tip" value="{tip}"' in text
    marked = re.findall(r'aria-current="true"[^>]*>\s*<b>([^<]+)</b>', text)
    assert marked == ([shown] if shown else [])
    assert ('name="other"' in text and f'value="{tip}">' in text.split('name="other"')[1][:80]) == (shown is None)


@pytest.mark.parametrize(
    ("currency", "coin", "tip", "amounts"),
    [
        ("EUR", None, "1,5", (4000, 150, 0)),
        ("EUR", None, "1,555", (4000, 156, 0)),
        ("JPY", None, "1", (40, 1, 0)),
        ("JPY", None, "1,5", (40, 2, 0)),
        ("JPY", None, "2,5", (40, 3, 0)),
        ("KWD", "0.005", "1,5", (40000, 1500, 5)),
    ],
)
def test_the_keypad_knows_the_amounts_in_the_smallest_unit(page, currency, coin, tip, amounts):
    Restaurant.objects.update(currency=currency, cash_rounding=coin)
    text = page.read(f"?other={tip}")
    terms = json.loads(unescape(re.search(r'data-cash="([^"]+)"', text)[1]))
    assert (terms["due"], terms["tip"], terms["coin"]) == amounts
    posted = Decimal(re.search(r'name="tip" value="([^"]+)"', text)[1])
    assert posted == Decimal(terms["tip"]).scaleb(-terms["digits"])
    assert (terms["currency"], terms["locale"]) == (currency, "en-IE")


def test_a_second_tap_is_the_same_payment(page):
    key = page.key()
    for _ in range(2):
        page.post("pay", cash="", tip="0", amount="10,00", key=key)
    assert Payment.objects.count() == 1


def test_tips_are_chosen_by_links_and_none_is_preset(page):
    text = page.read()
    assert re.search(r'aria-current="true"\s+href="\?tip=0#pay"', text)
    text = page.read("?tip=10")
    assert "€43.64" in text, "ten percent of 36.36 without tax"
    assert "€41.50" in page.read("?other=1,50")
    page.post("pay", terminal="1", tip="3.64", key="k")
    assert Payment.objects.get().tip == Decimal("3.64")


def test_shares_are_made_and_paid_one_by_one(page):
    page.post("split", by="equal", ways="2")
    text = page.read()
    first, second = re.findall(r"\?share=(\d+)\"", text)
    page.post("pay", terminal="1", tip="0", share=first, key="k")
    text = page.read()
    assert "€20.00 paid by card." in text
    assert re.search(rf'\?share={second}"\s+aria-current="true"', text), "the next share is chosen"


def test_ticked_dishes_become_a_share(page):
    page.post("split", by="items", line=page.bill.lines[:1])
    page.post("split", by="items", line=page.bill.lines[1:2])
    assert [share["total"] for share in page.bill.read()["shares"]] == ["10.00", "10.00", "20.00"]
    assert "Tick the dishes first." in page.post("split", 422, by="items")


def test_a_discount_above_the_limit_asks_for_a_manager(page):
    fields = {"kind": "discount", "amount": "25", "reason": "birthday", "line": ""}
    with nothing_changes():
        text = page.post("adjust", 422, **fields)
    assert 'value="birthday"' in text, "what was typed stays"
    boss = approval(page.bill.house)
    assert "Manager who approves" in page.post("adjust", 422, **fields)
    page.post("adjust", **fields, approver=boss["member"], pin=boss["pin"])
    assert page.bill.due() == "15.00"
    assert "birthday" in page.read()


def test_a_comp_is_taken_back(page):
    page.post("adjust", kind="comp", line=str(page.bill.lines[0]), reason="cold")
    assert page.bill.due() == "30.00"
    (row,) = page.bill.read()["adjustments"]
    assert page.browser.post(f"/floor/adjustments/{row['id']}/remove/").status_code == 302
    assert page.bill.due() == "40.00"


def test_money_goes_back_once(page):
    page.post("pay", terminal="1", tip="0", key="k")
    payment = Payment.objects.get()
    fields = {"amount": "10.00", "reason": "cold", "key": "r"}
    for _ in range(2):
        assert page.browser.post(f"/floor/payments/{payment.pk}/refund/", fields).status_code == 302
    assert Refund.objects.count() == 1
    assert "€10.00 refunded" in page.read()


def test_nobody_pays(page):
    Restaurant.objects.update(price_limit=None)
    page.post("write-off", reason="left")
    assert page.bill.read()["state"] == "written_off"


@pytest.mark.parametrize("typed", ["x", "1.2.3", "-5", "1e9"])
def test_what_is_no_amount_is_refused(page, typed):
    with nothing_changes():
        assert "Type it as 12.50" in page.post("pay", 422, terminal="1", amount=typed)


def test_the_print_is_no_receipt(page):
    page.post("present")
    text = page.browser.get(page.path + "check/").content.decode()
    assert "This is no receipt." in text
    assert "€40.00" in text
    page.bill.house.place("waiter")
    assert "€10.00 was added after the guests saw the bill." in page.read()


def test_a_page_costs_the_same_however_long_the_bill_is(page):
    def count():
        with CaptureQueriesContext(connection) as queries:
            page.read()
        return len(queries)

    before = count()
    for _ in range(5):
        page.bill.house.place("waiter", quantity=2)
    page.post("adjust", kind="comp", line=str(page.bill.lines[0]), reason="cold")
    page.post("split", by="equal", ways="5")
    page.post("pay", terminal="1", amount="10", key="k")
    assert count() <= before + 5, "adjustments, payments, refunds, shares, and none for each of them"


def test_a_take_away_order_is_paid_from_the_counter(bill):
    house = bill.house
    order = house.place("waiter", kind="take_away", table=None, name="Mo")
    path = f"/floor/bills/{order['party']}/"
    browser = house.browser("waiter")
    assert path in browser.get("/floor/counter/").content.decode()
    assert "/floor/counter/" in browser.get(path).content.decode()
    assert browser.post(f"{path}pay/", {"terminal": "1", "tip": "0", "key": "k"}).status_code == 302
    assert house.api("waiter").get(f"/api/v1/bills/{order['party']}").json()["state"] == "settled"


def test_a_refund_of_nothing_is_refused(page):
    page.post("pay", terminal="1", tip="0", key="k")
    path = f"/floor/payments/{Payment.objects.get().pk}/refund/"
    with nothing_changes():
        assert page.browser.post(path, {"amount": "0", "reason": "x"}).status_code == 422
        assert page.browser.post(path, {"amount": "", "reason": "x"}).status_code == 422


def test_a_share_that_is_paid_leads_to_the_next_one(page):
    first, second = (share["id"] for share in page.bill.post("/split", {"by": "equal", "ways": 2}).json()["shares"])
    page.bill.pay(share=first)
    text = page.read(f"?share={first}")
    assert "Nothing is due" not in text
    assert f'<input type="hidden" name="share" value="{second}">' in text
