"""A migrated database that is copied for every process of a test run, in place of migrations in each.

The template is kept between runs under a key of everything that shapes it: the migrations, their imported modules, and
the models whose permissions Django writes. With `--reuse-db` or `--nomigrations` pytest-django's own way is kept.
"""

import ast
import fcntl
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request, django_db_modify_db_settings_parallel_suffix, django_db_blocker, tmp_path_factory
) -> None:
    """Name the test database and let Django copy it from the template.

    On SQLite it is a file of this process, because threads must see each other's rows; two runs never share a file.
    """
    options = connections.databases["default"]["TEST"]
    if settings.SQLITE:
        options["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
    if request.config.getoption("nomigrations") or request.config.getoption("reuse_db"):
        return
    with django_db_blocker.unblock():
        if settings.SQLITE:
            template = sqlite_template(_kept_folder(request.config, tmp_path_factory))
            connection.creation._create_test_db = lambda *given: shutil.copyfile(template, options["NAME"])
        else:
            options["TEMPLATE"] = postgres_template()
    connection.creation.create_test_db = copy_template


def copy_template(verbosity=1, autoclobber=False, serialize=False, keepdb=False) -> str:
    """Create the test database as Django does, without migrations, and return its name."""
    assert not serialize, "serialized_rollback is not supported: the template has no rows of ours"
    name = connection.creation._get_test_db_name()
    connection.creation._create_test_db(verbosity, autoclobber, keepdb)
    connection.close()
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    return name


def _kept_folder(config, tmp_path_factory) -> Path:
    """Return pytest's cache folder, or one of this run if there is no cache."""
    if config.pluginmanager.hasplugin("cacheprovider"):
        return config.cache.mkdir("database")
    return tmp_path_factory.mktemp("template")


def sqlite_template(folder: Path) -> Path:
    """Return the file of a migrated database in `folder`; create it if it is missing."""
    template = folder / f"{key_of(sources(), models())}.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            for outdated in folder.glob("*.sqlite3*"):
                outdated.unlink()
            unfinished = folder / "unfinished.sqlite3"
            migrate_into(str(unfinished))
            unfinished.rename(template)
    return template


def postgres_template() -> str:
    """Return the name of a migrated database on the server; create it if it is missing."""
    begins = f"test_{settings.DATABASES['default']['NAME']}_template_"
    template = begins + key_of(sources(), models())
    unfinished = f"{begins}unfinished"
    with _one_at_a_time(begins) as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [begins])
        found = {name for (name,) in cursor.fetchall()}
        if template not in found:
            for outdated in found:
                cursor.execute(f'DROP DATABASE "{outdated}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{unfinished}"')
            migrate_into(unfinished)
            cursor.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"')
    return template


@contextmanager
def _one_at_a_time(name: str) -> Iterator:
    """Wait for the lock of this name on the server; yield a cursor that is not in one of our databases."""
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        yield cursor


def migrate_into(name: str) -> None:
    """Run every migration in the database of this name, and close all connections to it."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        connection.close()
        if not settings.SQLITE:
            connection.close_pool()
        connection.settings_dict["NAME"] = usual


# --- the key ---------------------------------------------------------------------------------------------------
def key_of(files: Iterable[Path], more: Iterable[str]) -> str:
    """Return a name that changes with the text of the files, their names, and `more`."""
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(files):
        digest.update(f"\0{path}\0".encode() + path.read_bytes())
    for text in more:
        digest.update(f"\0{text}".encode())
    return digest.hexdigest()[:16]


def sources() -> set[Path]:
    """Return the migrations of every installed app, and our modules that they import directly or indirectly."""
    waiting = [path for app in apps.get_app_configs() for path in Path(app.path, "migrations").glob("*.py")]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
                waiting += imported_by(path)
    return found


def imported_by(path: Path) -> Iterator[Path]:
    """Yield the files of our modules that a file imports."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            place = ROOT.joinpath(*name.split("."))
            yield from (file for file in (place.with_suffix(".py"), place / "__init__.py") if file.exists())


def models() -> list[str]:
    """Return the rows that Django writes about each model after migrations: its content type and its permissions."""
    rows = (
        (model._meta.label, model._meta.default_permissions, model._meta.permissions) for model in apps.get_models()
    )
    return sorted(map(repr, rows))
