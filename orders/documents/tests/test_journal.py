"""Verification of the journal: it finds each change and only that, with the command and with the stand-alone script."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from bistro.core.database.append_only import lift, protect
from bistro.core.database.errors import DatabaseError
from bistro.core.services.restoring import begin_new_history
from orders.billing.tests.bills import Bill
from orders.documents.canonical import dumps
from orders.documents.chain import code_of
from orders.documents.models import Document, Journal, Series
from orders.documents.verification import verify
from orders.services import join_parties
from tables.tests.factories import TableFactory

SCRIPT = Path(settings.BASE_DIR) / "tools" / "verify_journal.py"


@pytest.fixture
def journal(house):
    """Five receipts of one bill."""
    bill = Bill(house)
    for _ in range(5):
        bill.pay(amount="2.00")
    return list(Document.objects.order_by("position"))


def tampered(change):
    """Change documents as somebody with the database's password could."""
    lift(connection)
    change()
    protect(connection)


def breaks(tmp_path, capsys):
    """Return the sentences of the command and of the script about the chain itself; both must agree."""
    restaurant = Document.objects.first().restaurant_id
    verdict = verify(restaurant)
    file = tmp_path / "journal.jsonl"
    try:
        call_command("verify_journal", restaurant=restaurant, export=str(file))
    except CommandError:
        assert verdict.breaks
    run = subprocess.run([sys.executable, SCRIPT, file], capture_output=True, text=True, check=False)
    ends = [each for each in verdict.breaks if each.startswith("the chain ends")]
    chain = [each for each in verdict.breaks if each not in ends]
    assert [line for line in run.stdout.splitlines() if " documents " not in line and line] == chain
    assert run.returncode == bool(chain)
    return verdict.breaks


def test_an_honest_journal_has_no_breaks(journal, tmp_path, capsys):
    assert breaks(tmp_path, capsys) == []
    assert "5 documents" in capsys.readouterr().out


def test_one_altered_byte_is_found_and_only_that(journal, tmp_path, capsys):
    third = journal[2]
    payload = third.payload.replace('"2.00"', '"1.00"', 1)
    tampered(lambda: Document.objects.filter(pk=third.pk).update(payload=payload))
    assert breaks(tmp_path, capsys) == ["R1-000003: is altered"]


def test_a_deleted_first_document_is_found(journal, tmp_path, capsys):
    tampered(lambda: Document.objects.filter(pk=journal[0].pk).delete())
    assert breaks(tmp_path, capsys) == ["document 1 is missing before R1-000002"]


def test_a_deleted_last_document_is_found(journal, tmp_path, capsys):
    tampered(lambda: Document.objects.filter(pk=journal[4].pk).delete())
    assert breaks(tmp_path, capsys) == ["the chain ends at 4, the journal says 5"]


def test_two_swapped_documents_are_found(journal, tmp_path, capsys):
    first, second = journal[1], journal[2]

    def swap():
        Document.objects.filter(pk=first.pk).update(payload=second.payload)
        Document.objects.filter(pk=second.pk).update(payload=first.payload)

    tampered(swap)
    assert breaks(tmp_path, capsys) == ["R1-000002: is altered", "R1-000003: is altered"]


def test_a_row_that_differs_from_its_text_is_found(journal, tmp_path, capsys):
    tampered(lambda: Document.objects.filter(pk=journal[1].pk).update(total=Decimal("0.20")))
    assert breaks(tmp_path, capsys) == ["R1-000002: its row says something else than its text"]


def test_settings_that_change_later_do_not_matter(house, journal, tmp_path, capsys):
    house.restaurant.tax_mode, house.restaurant.legal_name = "added", "Another Ltd"
    house.restaurant.save()
    assert breaks(tmp_path, capsys) == []


def test_the_database_refuses_to_change_a_document(journal):
    with pytest.raises(DatabaseError, match="append-only"):
        Document.objects.filter(pk=journal[0].pk).update(total=1)


def test_a_restored_backup_never_uses_a_number_again(house, journal):
    Journal.objects.update(position=5)
    begin_new_history()
    Bill(house, table=TableFactory(section=house.table.section)).pay()

    newest = Document.objects.order_by("pk").last()

    assert (newest.code, newest.position) == ("R1B-000001", 6)
    assert verify(house.restaurant.pk).breaks == []


def test_the_parts_of_a_series_never_look_alike():
    codes = {code_of(Series(register="1", kind="receipt", part=part, last=1)) for part in range(200)}
    assert len(codes) == 200
    assert {"R1-000001", "R1B-000001", "R1Z-000001", "R1P27-000001"} <= codes


def test_a_float_is_refused_because_its_text_is_not_exact():
    with pytest.raises(TypeError):
        dumps({"lines": [{"amount": 0.1}]})


def test_guests_who_join_later_break_nothing(house, journal, tmp_path, capsys):
    """Documents keep their text when their bills become one, and the next ones follow them."""
    first, second = (Bill(house, table=house.add_table()) for _party in range(2))
    for bill in (first, second):
        bill.pay(amount="4.00")
    kept = list(Document.objects.values_list("pk", "payload", "hash"))
    join_parties(party_id=first.party, other_id=second.party, actor=house.actor("waiter"))
    first.pay()
    assert list(Document.objects.exclude(pk__gt=kept[-1][0]).values_list("pk", "payload", "hash")) == kept
    assert breaks(tmp_path, capsys) == []
