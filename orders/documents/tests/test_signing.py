"""The fiscal interface: documents wait for their signer, and a payment never does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.billing.tests.bills import Bill
from orders.documents.fiscal import SIGNERS, demonstration
from orders.documents.fiscal.interface import Refused, Signer, Unreachable
from orders.documents.models import Document, Signature
from orders.documents.services import sign_due
from orders.till.models import Closing

pytestmark = pytest.mark.database_agnostic


@pytest.fixture
def demonstrated(settings):
    settings.FISCAL_SIGNER = "demonstration"


def sign(minutes=0):
    return sign_due(now=timezone.now() + timedelta(minutes=minutes))


def test_without_a_signer_nothing_waits(house):
    Bill(house).pay()
    assert Signature.objects.count() == 0
    assert sign() == 0


def test_a_document_is_signed_by_the_sweep(house, demonstrated):
    Bill(house).pay()
    assert sign() == 2, "the order and the document"
    task = Signature.objects.get(document__isnull=False)
    assert (task.state, task.answer["number"]) == ("signed", "1")
    assert sign(60) == 0


def test_a_signer_that_cannot_be_reached_is_asked_again_and_the_payment_stands(house, demonstrated, monkeypatch):
    def away(self, document):
        raise Unreachable("no route")

    monkeypatch.setattr(demonstration.Demonstration, "on_document", away)
    Bill(house).pay()
    assert sign() == 1, "the order"
    task = Signature.objects.get(document__isnull=False)
    assert (task.state, task.tries, task.problem) == ("waiting", 1, "no route")
    assert sign() == 0
    assert Signature.objects.get(pk=task.pk).tries == 1, "not before its pause has ended"
    monkeypatch.undo()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.conf.settings.FISCAL_SIGNER", "demonstration")
        assert sign(60) == 1


def test_what_a_signer_refuses_is_marked_and_not_tried_again(house, demonstrated, monkeypatch):
    def refuse(self, document):
        raise Refused("certificate expired")

    monkeypatch.setattr(demonstration.Demonstration, "on_document", refuse)
    Bill(house).pay()
    sign()
    assert (Signature.objects.get(document__isnull=False).state, sign(60)) == ("failed", 0)


def test_the_export_has_a_line_for_each_document(house, demonstrated):
    Bill(house).pay()
    sign()
    [document] = Document.objects.all()
    day = document.business_date
    [line] = demonstration.Demonstration().export([document], day, day)
    assert line.startswith("R1-000001;")
    assert list(demonstration.Demonstration().export([document], day + timedelta(1), day + timedelta(1))) == []


class Recorder(Signer):
    """A signer that records what it gets, and may be away."""

    wants_orders = True
    heard: list = []
    away = False
    meanwhile = None  # called once while it is asked

    def on_order(self, events):
        meanwhile, Recorder.meanwhile = Recorder.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        if Recorder.away:
            raise Unreachable("no route")
        Recorder.heard.append([(event["action"], event["data"]["id"]) for event in events])
        return {"signature": "S"}


@pytest.fixture
def recorder(settings, monkeypatch):
    settings.FISCAL_SIGNER = "recorder"
    monkeypatch.setitem(SIGNERS, "recorder", f"{__name__}.Recorder")
    Recorder.heard, Recorder.away, Recorder.meanwhile = [], False, None


def of_orders():
    return list(Signature.objects.filter(first_event__isnull=False).order_by("pk").values_list("state", "tries"))


def test_orders_are_signed_from_the_log_in_order_and_once(house, recorder):
    first = house.place()["id"]
    assert sign() == 1
    assert Recorder.heard == [[("placed", first)]]
    assert sign() == 0
    second = house.place("waiter", table=house.add_table().pk)["id"]
    house.done(house.api("waiter").post(f"/api/v1/orders/{second}/cancel", {"reason": "Mistake"}))
    assert sign() == 1
    assert Recorder.heard[1] == [("placed", second), ("cancelled", second)]
    assert of_orders() == [("signed", 1), ("signed", 1)]


def test_orders_of_earlier_days_are_not_sent_to_a_new_signer(house, recorder):
    house.place()
    assert sign(minutes=3 * 24 * 60) == 0
    assert Recorder.heard == []


def test_orders_wait_for_a_signer_that_is_away_and_keep_their_order(house, recorder):
    Recorder.away = True
    first = house.place()["id"]
    assert sign() == 0
    second = house.place("waiter", table=house.add_table().pk)["id"]
    assert sign(60) == 0
    assert of_orders() == [("waiting", 2)], "the second order waits behind the first"
    Recorder.away = False
    assert [sign(120), sign(120)] == [1, 1]
    assert Recorder.heard == [[("placed", first)], [("placed", second)]]


def test_another_process_does_not_ask_what_is_being_asked(house, recorder):
    house.place()
    Recorder.meanwhile = staticmethod(sign)
    assert (sign(), len(Recorder.heard)) == (1, 1)
    assert of_orders() == [("signed", 1)]


def test_a_new_signer_gets_the_orders_of_the_day_that_another_one_signed(house, recorder, settings):
    settings.FISCAL_SIGNER = "demonstration"
    first = house.place()["id"]
    assert sign() == 1
    settings.FISCAL_SIGNER = "recorder"
    assert (sign(), sign()) == (1, 0)
    assert Recorder.heard == [[("placed", first)]]


def test_a_sweep_without_new_orders_costs_two_queries(house, other_house, recorder):
    bill = Bill(house)
    other_house.place()
    assert sign() == 2
    bill.post("/present")  # the log goes on without orders
    with CaptureQueriesContext(connection) as caught:
        assert sign() == 0
    assert len(caught) == 2


def test_what_the_demonstration_signs_of_orders_can_be_checked(house, demonstrated):
    house.place()
    assert sign() == 1
    [task] = Signature.objects.all()
    assert len(task.answer["signature"]) == 64


def test_placing_an_order_costs_the_same_with_and_without_a_signer(house, settings):
    def cost():
        with CaptureQueriesContext(connection) as caught:
            house.order()
        return len(caught)

    house.order()
    bare = cost()
    settings.FISCAL_SIGNER = "demonstration"
    assert cost() == bare


def test_closings_are_signed_and_show_it(house, demonstrated):
    Bill(house).pay()
    manager = house.browser("manager")
    manager.post("/till/close-day/", {"key": "k"})
    closing = Closing.objects.get()
    page = manager.get(f"/till/closings/{closing.pk}/").content.decode()
    assert "Not signed yet" in page
    assert sign() == 3, "the order, the document, the closing"
    task = Signature.objects.get(closing=closing)
    assert (task.state, task.answer["number"]) == ("signed", "1")
    assert task.answer["signature"] in manager.get(f"/till/closings/{closing.pk}/").content.decode()


def test_without_a_signer_nothing_is_queued(house):
    house.place()
    house.browser("manager").post("/till/close-day/", {"key": "k"})
    assert (Closing.objects.count(), Signature.objects.count(), sign()) == (1, 0, 0)


def test_every_signer_has_the_whole_interface():
    for path in SIGNERS.values():
        assert path.startswith("orders.documents.fiscal.")
    assert (Signer().self_check(), Signer().on_closing({}), list(Signer().export([], None, None))) == ([], {}, [])
