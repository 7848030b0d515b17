"""The fiscal interface: documents wait for their signer, and a payment never does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from orders.billing.tests.bills import Bill
from orders.documents.fiscal import SIGNERS, demonstration
from orders.documents.fiscal.interface import Refused, Signer, Unreachable
from orders.documents.models import Document, Signature
from orders.documents.services import sign_due

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
    assert sign() == 1
    [task] = Signature.objects.all()
    assert (task.state, task.answer["number"]) == ("signed", "1")
    assert sign(60) == 0


def test_a_signer_that_cannot_be_reached_is_asked_again_and_the_payment_stands(house, demonstrated, monkeypatch):
    def away(self, document):
        raise Unreachable("no route")

    monkeypatch.setattr(demonstration.Demonstration, "on_document", away)
    Bill(house).pay()
    assert sign() == 0
    task = Signature.objects.get()
    assert (task.state, task.tries, task.problem) == ("waiting", 1, "no route")
    assert sign() == 0
    assert Signature.objects.get().tries == 1, "not before its pause has ended"
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
    assert (Signature.objects.get().state, sign(60)) == ("failed", 0)


def test_the_export_has_a_line_for_each_document(house, demonstrated):
    Bill(house).pay()
    sign()
    [document] = Document.objects.all()
    day = document.business_date
    [line] = demonstration.Demonstration().export([document], day, day)
    assert line.startswith("R1-000001;")
    assert list(demonstration.Demonstration().export([document], day + timedelta(1), day + timedelta(1))) == []


def test_every_signer_has_the_whole_interface():
    for path in SIGNERS.values():
        assert path.startswith("orders.documents.fiscal.")
    assert (Signer().self_check(), Signer().on_closing({}), list(Signer().export([], None, None))) == ([], {}, [])
