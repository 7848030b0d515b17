"""`manage.py migrate` during service: one process at a time, never blocking long, repeatable after a kill."""

from contextlib import contextmanager, nullcontext
from io import StringIO
from threading import Event
from time import sleep

import psycopg
import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, ProgrammingError, connection, migrations, models, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from bistro.core.database import migrating
from bistro.core.database.schema_operations import AddIndexWhileServing, BuildUniqueIndex, ReplaceIndexWhileServing
from bistro.core.management.commands.migrate import migrate as django_migrate
from bistro.core.models import Device, Restaurant
from bistro.core.tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "core_daynumber"  # not used elsewhere in tests


def change_table():
    """Take the lock that a migration takes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")


@contextmanager
def report():
    """Read the table in an open transaction."""
    given = {name: value for name, value in connection.get_connection_params().items() if value is not None}
    given = {name: given[name] for name in ("dbname", "user", "password", "host", "port") if name in given}
    with psycopg.connect(**given) as other:
        other.execute(f"SELECT * FROM {TABLE}")
        yield other


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(migrating, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(migrating, "POLL_SECONDS", 0.01)


# --- locks ----------------------------------------------------------------------------------------------------
@pytest.mark.postgres
def test_a_table_in_use_is_left_to_the_others_and_asked_for_again(quick):
    told = []
    with report() as other:

        def tell(words):
            told.append(words)
            other.execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE")  # an order gets the lock during the pause
            if len(told) == 2:
                other.rollback()  # the report is over

        with migrating.lock_limits(connection, lock_timeout="100ms"):
            migrating.retry_refused_locks(change_table, patience=60, tell=tell)
    assert len(told) == 2


@pytest.mark.postgres
def test_control_without_a_limit_it_stands_in_the_door_until_the_report_is_over(quick):
    told, waiting = [], Event()

    def wait_for_the_table():
        with migrating.lock_limits(connection, lock_timeout="0"):
            waiting.set()
            migrating.retry_refused_locks(change_table, patience=60, tell=told.append)

    def order_behind_it():
        assert waiting.wait(30)
        sleep(0.5)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            cursor.execute(f"LOCK TABLE {TABLE} IN ROW EXCLUSIVE MODE")

    with report() as other:

        def end_of_report():
            assert waiting.wait(30)
            sleep(1.5)
            other.rollback()

        _, order, _ = race([wait_for_the_table, order_behind_it, end_of_report])
    assert isinstance(order, OperationalError), "nobody came through"
    assert told == []


@pytest.mark.postgres
def test_a_table_always_in_use_is_given_up_with_a_word_to_the_operator(quick, monkeypatch):
    monkeypatch.setattr(django_migrate.Command, "handle", lambda *args, **options: change_table())
    with report(), pytest.raises(CommandError, match="Nothing is half done"):
        call_command("migrate", patience=0, stderr=StringIO())
    assert connection_settings() == ("3s", "8s"), "the session is as the product wants it"


@pytest.mark.postgres
def test_only_a_lock_is_asked_for_again(quick):
    def fail():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    told = []
    with pytest.raises(OperationalError):
        migrating.retry_refused_locks(fail, patience=60, tell=told.append)
    connection.close()
    assert told == []


def connection_settings():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        return cursor.fetchone()


# --- one process ----------------------------------------------------------------------------------------------------
def at_once(lock):
    """Return how many of three were inside at the same time, at most, and the messages they got."""
    inside, most, told = [], [], []

    def run():
        with lock(told.append):
            inside.append(1)
            most.append(len(inside))
            sleep(0.3)
            inside.pop()

    assert race([run] * 3) == [None] * 3
    return max(most), told


@pytest.mark.race
def test_one_process_migrates_and_the_others_wait(quick):
    most, told = at_once(lambda tell: migrating.migration_lock(connection, tell))
    assert most == 1
    assert told, "who waits says so"


@pytest.mark.race
def test_control_without_the_lock_they_migrate_at_the_same_time():
    most, _ = at_once(lambda tell: nullcontext())
    assert most > 1


def test_migrate_holds_the_lock_and_frees_it(monkeypatch):
    held = []

    def handle(*args, **options):
        (outcome,) = race([is_free])
        held.append(not outcome)

    monkeypatch.setattr(django_migrate.Command, "handle", handle)
    call_command("migrate")
    assert held == [True]
    assert race([is_free]) == [True]


def is_free():
    """Return whether another process could migrate now."""

    def tell(words):
        raise BlockingIOError(words)

    try:
        with migrating.migration_lock(connection, tell):
            return True
    except BlockingIOError:
        return False


# --- after a kill ----------------------------------------------------------------------------------------
class NewTable(Migration):
    """A migration whose index is made after its table, so that Django records it in a transaction of its own."""

    operations = [
        migrations.CreateModel(
            "KilledTable", [("id", models.BigAutoField(primary_key=True)), ("at", models.DateTimeField(db_index=True))]
        )
    ]


def tables_after_a_kill(way, monkeypatch):
    """Return the tables that a migration leaves when its process dies before it is recorded."""
    executor = MigrationExecutor(connection)
    monkeypatch.setattr(executor, "record_migration", _die)
    try:
        with way, pytest.raises(SystemExit):
            executor.apply_migration(ProjectState(), NewTable("9000_killed", "core"))
        return [name for name in connection.introspection.table_names() if "killed" in name]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS core_killedtable")


def _die(_migration):
    raise SystemExit


def test_a_migration_that_is_not_recorded_leaves_no_table(monkeypatch):
    assert tables_after_a_kill(migrating.recorded_with_their_changes(), monkeypatch) == []


def test_control_django_leaves_a_table_that_the_next_start_stumbles_over(monkeypatch):
    assert tables_after_a_kill(nullcontext(), monkeypatch) == ["core_killedtable"]


def test_foreign_keys_are_checked_again_afterwards(monkeypatch):
    tables_after_a_kill(migrating.recorded_with_their_changes(), monkeypatch)
    with pytest.raises(IntegrityError), transaction.atomic():
        Device.objects.create(restaurant_id=999_999_999, name="x", kind="kitchen")


def apply(operation):
    """Apply an operation as a migration with `atomic = False` does."""
    before = ProjectState.from_apps(apps)
    after = before.clone()
    operation.state_forwards("core", after)
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("core", editor, before, after)

    def take_back():
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("core", editor, after, before)

    return take_back


def index_is_valid(name):
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [name])
        row = cursor.fetchone()
        return row and row[0]


@pytest.mark.parametrize("times", [1, 2])
def test_an_index_that_was_built_and_not_written_down_is_built_again(times):
    operation = AddIndexWhileServing("restaurant", models.Index(fields=["name"], name="restaurant_by_name"))
    if connection.vendor != "postgresql":
        apply(operation)()
        return
    for _ in range(times):
        undo = apply(operation)
    assert index_is_valid("restaurant_by_name")
    undo()
    assert index_is_valid("restaurant_by_name") is None


@pytest.mark.postgres
def test_control_the_operation_of_django_refuses_what_it_left():
    operation = AddIndexConcurrently("restaurant", models.Index(fields=["name"], name="restaurant_by_name"))
    undo = apply(operation)
    try:
        with pytest.raises(ProgrammingError):
            apply(operation)
    finally:
        undo()


@pytest.mark.postgres
def test_an_index_that_could_not_be_built_leaves_the_way_free():
    """Two rows are equal, so PostgreSQL leaves an invalid index behind."""
    operation = BuildUniqueIndex("restaurant", ["timezone"], "restaurant_zone_once")
    twins = [Restaurant.objects.create(name=name) for name in "ab"]
    with pytest.raises(Exception, match="could not create unique index"):
        apply(operation)
    assert index_is_valid("restaurant_zone_once") is False
    twins[0].delete()
    undo = apply(operation)
    assert index_is_valid("restaurant_zone_once")
    undo()


@pytest.mark.postgres
def test_nobody_waits_behind_the_building_of_an_index_so_its_own_waiting_has_no_limit():
    with migrating.lock_limits(connection, lock_timeout="100ms"):
        with report() as other:
            (built, _) = race([build_and_take_back, lambda: (sleep(1), other.rollback())])
        assert connection_settings() == ("100ms", "0")
    assert built is True


def build_and_take_back():
    with migrating.lock_limits(connection, lock_timeout="100ms"):
        apply(AddIndexWhileServing("daynumber", models.Index(fields=["last"], name="daynumber_last")))()
        return True


# --- an index that is replaced --------------------------------------------------------------------------------
BY_NAME = models.Index(fields=["name"], name="restaurant_by_name")
BY_ZONE = models.Index(fields=["timezone", "name"], name="restaurant_by_name")


@contextmanager
def replacing():
    """Return the replaced index and the states before and after its replacement."""
    operation = ReplaceIndexWhileServing("Restaurant", BY_ZONE)
    before = ProjectState.from_apps(apps)
    before.add_index("core", "restaurant", BY_NAME)
    after = before.clone()
    operation.state_forwards("core", after)
    undo = apply(AddIndexWhileServing("restaurant", BY_NAME))
    try:
        yield operation, before, after
    finally:
        undo()


def run(operation, *states):
    with connection.schema_editor(atomic=False) as editor:
        operation.database_forwards("core", editor, *states)


def columns_of(name):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, Restaurant._meta.db_table).get(name)
        return found and found["columns"]


def test_an_index_is_replaced_under_its_name_and_back():
    with replacing() as (operation, before, after):
        run(operation, before, after)
        assert columns_of("restaurant_by_name") == ["timezone", "name"]
        assert columns_of("restaurant_by_name_new") is None
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("core", editor, after, before)
        assert columns_of("restaurant_by_name") == ["name"]


@pytest.mark.postgres
@pytest.mark.parametrize("done", ["building", "dropping"])
def test_a_replacement_that_was_cut_short_is_completed(done):
    """The process was killed while the new index was built, or after the old one was dropped."""
    with replacing() as (operation, before, after):
        with connection.cursor() as cursor:
            columns = "name" if done == "building" else "timezone, name"
            cursor.execute(f"CREATE INDEX restaurant_by_name_new ON core_restaurant ({columns})")
            if done == "dropping":
                cursor.execute("DROP INDEX restaurant_by_name")
        run(operation, before, after)
        assert columns_of("restaurant_by_name") == ["timezone", "name"]
        assert index_is_valid("restaurant_by_name")
        assert columns_of("restaurant_by_name_new") is None


@pytest.mark.postgres
def test_the_old_index_serves_while_the_new_one_is_built():
    with replacing() as (operation, before, after), connection.schema_editor(collect_sql=True, atomic=False) as editor:
        operation.database_forwards("core", editor, before, after)
    statements = [line for entry in editor.collected_sql for line in entry.split("\n") if not line.startswith("--")]
    steps = [statement.split("restaurant_by_name")[0].strip(' "') for statement in statements]
    assert steps == [
        "DROP INDEX CONCURRENTLY IF EXISTS",
        "CREATE INDEX CONCURRENTLY",
        "DROP INDEX CONCURRENTLY IF EXISTS",
        "ALTER INDEX",
    ]


# --- a database of another checkout ---------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_database_with_a_migration_that_the_code_lacks_is_refused():
    MigrationRecorder(connection).record_applied("kitchen", "0017_station_watched")
    with pytest.raises(CommandError, match=r"another checkout.*kitchen\.0017_station_watched.*make fresh"):
        call_command("migrate")


@pytest.mark.django_db
def test_a_database_whose_first_migration_was_rewritten_since_is_refused(monkeypatch):
    newer = models.IntegerField(name="stars")
    newer.set_attributes_from_name("stars")
    monkeypatch.setitem(Restaurant._meta.__dict__, "local_fields", [*Restaurant._meta.local_fields, newer])
    with pytest.raises(CommandError, match=r"another checkout.*\(core_restaurant\.stars\)"):
        call_command("migrate")


@pytest.mark.django_db
def test_a_database_of_this_checkout_is_accepted(capsys):
    call_command("migrate", verbosity=1)
    assert "No migrations to apply." in capsys.readouterr().out
