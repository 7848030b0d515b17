"""The import in the background: who does it, what happens when a server dies, and that others can write meanwhile."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.files import services
from menu.files.checking import FileSettings, check_file
from menu.files.models import MenuImport
from menu.files.services import importing
from menu.models import Item, Modifier
from menu.steps import touch_menu

pytestmark = pytest.mark.django_db
HEADER = "category,name,price,options\n"


def confirmed(house, text):
    """Return the id of an import that waits."""
    actor = house.actor("owner")
    row = services.upload_menu(data=text.encode(), file_name="menu.csv", actor=actor)
    services.confirm_import(import_id=row.pk, actor=actor)
    return row.pk


def large(dishes):
    options = '"Size [1-1]: Small *; Large +1.50\nMilk [0-1]: Oat +0.50; Soy +0.50"'
    return HEADER + "".join(f"Category {n % 20},Plate {n},{n % 30}.50,{options}\n" for n in range(dishes))


def state(import_id):
    return MenuImport.objects.get(pk=import_id).status


def wait_for_threads():
    for thread in threading.enumerate():
        if thread.name.startswith("import-"):
            thread.join(30)


@pytest.mark.django_db(transaction=True)
def test_the_sweep_imports_what_waits(house, other_house):
    import_id = confirmed(house, HEADER + "A,Tea,2.00,\n")
    assert services.import_due(now=timezone.now()) == 1
    wait_for_threads()
    row = MenuImport.objects.get(pk=import_id)
    assert (row.status, row.answer["new"], bytes(row.content)) == ("done", 1, b"")
    assert Item.objects.get(name="Tea").restaurant == house.restaurant
    assert services.import_due(now=timezone.now()) == 0


def test_a_sweep_costs_one_query_when_nothing_is_due(house, django_assert_num_queries):
    services.upload_menu(data=b"category,name,price\nA,Tea,2\n", file_name="menu.csv", actor=house.actor("owner"))
    with django_assert_num_queries(1):
        assert services.import_due(now=timezone.now()) == 0


def test_an_import_belongs_to_one_process_until_its_lease_ends(house):
    import_id = confirmed(house, HEADER + "A,Tea,2.00,\n")
    now = timezone.now()
    MenuImport.objects.filter(pk=import_id).update(status="running", taken_until=now + timedelta(minutes=1))
    assert services.run_import(import_id=import_id) is None
    assert services.import_due(now=now) == 0
    assert not Item.objects.filter(name="Tea").exists()
    MenuImport.objects.filter(pk=import_id).update(taken_until=now - timedelta(seconds=1))
    assert services.run_import(import_id=import_id).status == "done"
    assert Item.objects.filter(name="Tea").count() == 1


def test_an_import_whose_server_dies_before_its_answer_has_written_nothing(house, monkeypatch):
    import_id = confirmed(house, HEADER + 'A,Tea,2.00,"Size: Small; Large +1.00"\n')

    def die(*_args, **_kwargs):
        raise OperationalError("the server dies")

    with monkeypatch.context() as broken:
        broken.setattr(importing, "_end", die)
        with pytest.raises(OperationalError):
            services.run_import(import_id=import_id)
    assert state(import_id) == "running"
    assert not Item.objects.filter(name="Tea").exists()
    MenuImport.objects.filter(pk=import_id).update(taken_until=timezone.now() - timedelta(seconds=1))
    row = services.run_import(import_id=import_id)
    assert (row.status, row.answer["new"]) == ("done", 1)
    assert Item.objects.filter(name="Tea").count() == 1
    assert Modifier.objects.filter(restaurant=house.restaurant).count() == 2


def test_a_database_in_trouble_means_later_and_a_bug_means_an_answer(house, monkeypatch):
    import_id = confirmed(house, HEADER + "A,Tea,2.00,\n")

    def trouble(error):
        def check_file(*_args, **_kwargs):
            raise error

        return check_file

    monkeypatch.setattr(importing, "check_file", trouble(DatabaseError("away")))
    importing._run(import_id)
    assert state(import_id) == "running"
    MenuImport.objects.filter(pk=import_id).update(taken_until=None)
    monkeypatch.setattr(importing, "check_file", trouble(ZeroDivisionError()))
    importing._run(import_id)
    row = MenuImport.objects.get(pk=import_id)
    assert row.status == "refused"
    assert "The import failed" in row.answer["errors"][0]["message"]
    assert "ZeroDivisionError" not in str(row.answer)
    assert not Item.objects.filter(name="Tea").exists()


def test_the_menu_may_change_between_preview_and_import(house):
    import_id = confirmed(house, HEADER + "A,Tea,2.00,\n")
    house.add_item(name="Tea", price="9.00")
    assert services.run_import(import_id=import_id).answer["changed"] == 1


def test_a_long_import_is_a_handful_of_statements(house):
    import_id = confirmed(house, large(50))
    with CaptureQueriesContext(connection) as few:
        services.run_import(import_id=import_id)
    import_id = confirmed(house, large(250).replace("Plate", "Bowl").replace("Category", "Part"))
    with CaptureQueriesContext(connection) as many:
        assert services.run_import(import_id=import_id).answer["new"] == 250
    assert len(many) <= len(few) + 2
    assert len(many) < 60


# --- others write meanwhile ------------------------------------------------------------------------------------
class Writer(threading.Thread):
    """Another process's work: it writes again and again, and waits for locks as long as the product does."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.restaurant_id = house.restaurant.pk
        self.stopped = threading.Event()
        self.writes, self.longest, self.errors = 0, 0.0, []

    def run(self):
        while not self.stopped.wait(0.01):
            began = time.monotonic()
            try:
                Restaurant.objects.filter(pk=self.restaurant_id).update(soon_seconds=300 + self.writes % 7)
                self.writes += 1
            except OperationalError as error:
                self.errors.append(error)
            self.longest = max(self.longest, time.monotonic() - began)
        connection.close()


def write_beside(house, work):
    """Do the work while another connection writes; returns that writer, and the seconds that the work took."""
    writer = Writer(house)
    writer.start()
    try:
        time.sleep(0.1)
        began = time.monotonic()
        work()
        return writer, time.monotonic() - began
    finally:
        writer.stopped.set()
        writer.join(30)


def waited_long(writer, seconds):
    """Return whether the writer found its row locked for a good part of the work, on a machine of any speed."""
    return bool(writer.errors) or writer.longest > seconds / 3


@pytest.mark.slow
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_nobody_finds_the_database_locked_during_a_long_import(house):
    import_id = confirmed(house, large(1500))
    writer, seconds = write_beside(house, lambda: services.run_import(import_id=import_id))
    assert MenuImport.objects.get(pk=import_id).answer["new"] == 1500
    assert writer.errors == []
    assert not waited_long(writer, seconds)
    assert writer.writes > 10


@pytest.mark.slow
@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_an_import_that_checks_in_its_transaction_locks_others_out(house):
    def check_in_transaction():
        actor = house.actor("owner")
        with UnitOfWork(actor) as work:
            Restaurant.objects.filter(pk=house.restaurant.pk).update(late_seconds=900)
            touch_menu(work, "import")
            check_file(large(200).encode(), actor=actor, settings=FileSettings())

    assert waited_long(*write_beside(house, check_in_transaction))
