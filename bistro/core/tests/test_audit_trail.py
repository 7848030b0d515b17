"""Edits of the audit trail: the database refuses them, and whatever gets past it breaks the chain."""

import threading
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.database.append_only import grant_to_server, missing_triggers
from bistro.core.database.migrating import as_owner
from bistro.core.kernel.actors import Actor
from bistro.core.models import Event, FeedHead, Seal, SealHead
from bistro.core.services import sealing
from bistro.core.services.sealing import seal_events
from bistro.core.tests.events import Happened
from bistro.core.tests.factories import RestaurantFactory
from bistro.core.tests.tampering import unprotected
from bistro.core.writing.unit_of_work import UnitOfWork


def write(restaurant, *names):
    """Write an event for each name, with personal data, in a unit of its own."""
    for name in names:
        with UnitOfWork(Actor.system(restaurant.pk, "test")) as work:
            work.record(Happened(name=name, secret={"note": f"for {name}"} if name != "plain" else None))


def seal():
    return seal_events(now=timezone.now())


def verify(*arguments):
    """Return (whether the command found nothing, its lines)."""
    out = StringIO()
    try:
        call_command("verify_log", *arguments, stdout=out)
    except CommandError:
        return False, out.getvalue().splitlines()
    return True, out.getvalue().splitlines()


def breaks(*arguments):
    """Return the lines about breaks, without the restaurant."""
    fine, lines = verify(*arguments)
    found = [line.partition(": ")[2] for line in lines if ": sealed " not in line]
    assert fine is (not found)
    return found


@pytest.fixture
def here(transactional_db):
    """Create a restaurant with six sealed events."""
    restaurant = RestaurantFactory()
    write(restaurant, *"abcdef")
    assert seal() == 6
    assert breaks() == []
    return restaurant


def event(restaurant, seq):
    return Event.objects.filter(restaurant=restaurant, seq=seq)


# --- the database refuses -----------------------------------------------------------------------------------------
CHANGES = {
    "data": {"data": "{}"},
    "actor": {"actor": "staff:1"},
    "number": {"seq": 99},
    "time": {"at": timezone.now()},
    "place": {"table_id": 5},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_database_refuses_to_change_an_event(here, change):
    before = list(Event.objects.order_by("pk").values())
    with pytest.raises(IntegrityError, match="append-only"):
        event(here, 3).update(**change)
    with pytest.raises(IntegrityError, match="append-only"):
        event(here, 3).update(private=None, **change)
    assert list(Event.objects.order_by("pk").values()) == before


def test_the_database_refuses_to_delete_events_and_seals(here):
    for row in (event(here, 6).get(), Seal.objects.get()):
        with pytest.raises(IntegrityError, match="append-only"):
            row.delete()
    with pytest.raises(IntegrityError, match="append-only"):
        Seal.objects.update(chain="0" * 64)
    assert (Event.objects.count(), breaks()) == (6, [])


@pytest.mark.skipif("connection.vendor != 'sqlite'")
def test_sqlite_refuses_to_replace_an_event(here):
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("REPLACE INTO core_event SELECT * FROM core_event WHERE seq = 3")
    assert breaks() == []


@pytest.mark.postgres
def test_postgresql_refuses_to_empty_the_log(here):
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_event")
    assert breaks() == []


def test_a_missing_trigger_is_a_break_until_migrate_puts_it_back(here):
    with connection.cursor() as cursor:
        on = " ON core_event" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER core_event_no_delete{on}")
    assert missing_triggers(connection) == ["core_event_no_delete"]
    fine, lines = verify()
    assert not fine
    assert "core_event_no_delete" in lines[0]
    call_command("migrate", verbosity=0)
    assert breaks() == []
    with pytest.raises(IntegrityError, match="append-only"):
        event(here, 1).delete()


@pytest.mark.postgres
def test_the_servers_role_appends_and_erases_but_cannot_lift_the_protection(here):
    role = f"server_{uuid.uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}")
        try:
            grant_to_server(connection, role)
            cursor.execute(f"SET ROLE {role}")
            write(here, "g")
            assert seal() == 1
            event(here, 2).update(private=None)
            for sql in (
                "UPDATE core_event SET data = '{}'",
                "DELETE FROM core_seal",
                "TRUNCATE core_event",
                "ALTER TABLE core_event DISABLE TRIGGER USER",
                "DROP TRIGGER core_event_no_delete ON core_event",
                "SET session_replication_role = replica",
            ):
                with pytest.raises(ProgrammingError):  # permission denied, not even the trigger is asked
                    cursor.execute(sql)
            assert breaks() == []
        finally:
            cursor.execute("RESET ROLE")
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")


@pytest.mark.postgres
def test_migrations_connect_as_the_owner(here, settings):
    owner = f"owner_{uuid.uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {owner} LOGIN SUPERUSER PASSWORD 'secret'")
        cursor.execute("SELECT current_user")
        (server,) = cursor.fetchone()
    try:
        given = {**connection.settings_dict, "USER": owner, "PASSWORD": "secret"}
        with as_owner(connection, given), connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (owner,)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user")
            assert cursor.fetchone() == (server,)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP ROLE {owner}")


# --- what gets past it shows --------------------------------------------------------------------------------------
def test_an_altered_event_is_named(here):
    with unprotected():
        event(here, 3).update(data='{"name":"z"}')
    assert breaks() == ["event 3 is altered"]


@pytest.mark.parametrize("column", ["type", "action", "subject", "table_id", "actor", "actor_label", "device_id", "at"])
def test_every_column_counts(here, column):
    other = {"table_id": 7, "device_id": 7, "at": timezone.now() + timedelta(hours=1)}.get(column, "other")
    with unprotected():
        event(here, 2).update(**{column: other})
    assert breaks() == ["event 2 is altered"]


def test_a_deleted_event_is_named(here):
    with unprotected():
        event(here, 2).delete()
        event(here, 5).delete()
    assert breaks() == ["event 2 is deleted", "event 5 is deleted"]


def test_swapped_events_are_named(here):
    with unprotected():
        for old, new in ((3, 99), (4, 3), (99, 4)):
            event(here, old).update(seq=new)
    assert breaks() == [
        "event 3 is swapped: it was sealed as event 4",
        "event 4 is swapped: it was sealed as event 3",
    ]


def test_deleted_newest_events_show_against_the_head(here):
    write(here, "g", "h")
    with unprotected():
        event(here, 8).delete()
    assert breaks() == ["event 8 is deleted (not sealed yet)"]
    seal()
    assert breaks() == ["event 8 was already missing when it was sealed"]


def test_a_head_that_was_put_back_shows(here):
    FeedHead.objects.filter(pk=here.pk).update(seq=4)
    assert breaks() == ["events 5 to 6 are beyond the feed's head, 4"]


def test_an_inserted_event_shows(here):
    first = event(here, 1).get()
    first.pk, first.seq = None, 0
    first.save()
    assert breaks() == ["there are events before the first"]


def test_altered_and_deleted_seals_show(here):
    write(here, "g")
    seal()
    write(here, "h")
    seal()
    kept = Seal.objects.get(first=7)
    with unprotected():
        Seal.objects.filter(first=7).update(digests=bytes(32))
    assert breaks() == ["seal of events 7 to 7: the hash chain is broken", "event 7 is altered"]
    with unprotected():
        Seal.objects.filter(first=7).update(digests=kept.digests)
        Seal.objects.filter(first=8).delete()
    assert breaks() == ["the chain ends with event 7, its head says 8"]


def test_a_chain_that_was_made_again_differs_from_the_kept_line(here):
    _, lines = verify()
    kept = lines[-1].split()[3].rstrip(",")
    assert breaks("--expect", kept) == []
    with unprotected():
        event(here, 3).update(data="{}")
        Seal.objects.all().delete()
    SealHead.objects.all().delete()
    seal()
    assert breaks() == []  # the control: alone the new chain is valid
    assert breaks("--expect", kept) == [
        "the seal that ends with event 6 is another one than you kept: the chain was made again"
    ]


def test_a_log_that_nobody_seals_is_a_break_and_a_short_tail_is_not(here):
    write(here, "g")
    assert verify()[1][-1].endswith("not sealed yet: 1 events")
    assert breaks() == []
    write(here, "h")
    with unprotected():
        event(here, 7).update(at=F("at") - timedelta(minutes=2))
    assert breaks() == ["events 7 to 8 have no seal, although one is made each second"]


# --- erasing ------------------------------------------------------------------------------------------------------
def test_erased_personal_data_keeps_the_chain_valid(here):
    write(here, "g", "plain")
    event(here, 7).update(private=None)  # before its seal
    event(here, 2).update(private=None)
    event(here, 3).update(private="")
    seal()
    assert (breaks(), FeedHead.objects.get(pk=here.pk).seq) == ([], 8)


def test_changed_or_added_personal_data_shows(here):
    write(here, "plain")
    seal()
    event(here, 2).update(private='{"note":"other"}')
    event(here, 7).update(private='{"note":"added"}')
    assert breaks() == [
        f"event {seq} has other personal data than was sealed (erased data would be valid)" for seq in (2, 7)
    ]


# --- the sweep ----------------------------------------------------------------------------------------------------
def test_a_long_log_is_sealed_in_parts(here, monkeypatch):
    monkeypatch.setattr(sealing, "MOST_EVENTS", 4)
    monkeypatch.setattr(sealing, "MOST_SEALS", 2)
    write(here, *"ghijklmnop")
    assert (seal(), seal(), seal()) == (8, 2, 0)
    assert list(Seal.objects.values_list("first", "last")) == [(1, 6), (7, 10), (11, 14), (15, 16)]
    assert breaks() == []


def test_each_restaurant_has_a_chain_of_its_own(here):
    there = RestaurantFactory()
    write(there, "a", "b")
    assert seal() == 2
    with unprotected():
        event(there, 1).update(data="{}")
    assert breaks("--restaurant", str(here.pk)) == []
    assert breaks() == ["event 1 is altered"]
    with pytest.raises(CommandError, match="no restaurant"):
        call_command("verify_log", "--restaurant", "999999")


def test_a_sweep_with_nothing_to_seal_is_one_query(here):
    with CaptureQueriesContext(connection) as queries:
        assert seal() == 0
    assert len(queries) == 1


@pytest.mark.race
def test_of_several_processes_one_seals(here):
    write(here, *"ghijkl")
    barrier, sealed = threading.Barrier(4), []

    def sweep():
        try:
            barrier.wait(5)
            sealed.append(seal())
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(sealed) == [0, 0, 0, 6]
    assert (Seal.objects.count(), breaks()) == (2, [])


def test_a_process_that_comes_late_writes_nothing(here):
    write(here, "g")
    late = SealHead.objects.get(pk=here.pk)
    assert seal() == 1
    assert sealing._append(late, 7) is False
    assert (Seal.objects.count(), breaks()) == (2, [])
    with pytest.raises(IntegrityError), transaction.atomic():  # the control: the constraint behind the condition
        Seal.objects.create(restaurant=here, first=7, last=7, digests=b"", private_digests=b"", chain="")


def test_no_more_statements_for_a_unit(here):
    with CaptureQueriesContext(connection) as queries:
        write(here, "g")
    wrote = [query["sql"] for query in queries if "seal" in query["sql"]]
    assert wrote == []
