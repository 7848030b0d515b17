"""The architecture of the product. The rules are in tests/architecture.py, their controls beside it.

An exemption names the file, the finding and the reason; an exemption without a finding fails too.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from bistro.core.kernel.events import DomainEvent
from tests import architecture as rules

pytestmark = pytest.mark.database_agnostic

ROOT = Path(__file__).resolve().parent.parent
CODE = ("bistro", "menu", "tables", "orders", "kitchen")
APP_LABELS = {
    "core": "bistro.core",
    "menu": "menu",
    "menu_files": "menu.files",
    "menu_bulk": "menu.bulk",
    "tables": "tables",
    "bookings": "tables.bookings",
    "guests": "tables.guests",
    "sections": "tables.sections",
    "waitlist": "tables.waitlist",
    "orders": "orders",
    "billing": "orders.billing",
    "till": "orders.till",
    "kitchen": "kitchen",
    "printing": "kitchen.printing",
    "documents": "orders.documents",
    "receipts": "bistro.receipts",
    "setup": "bistro.setup",
    "webhooks": "bistro.webhooks",
}

# Code outside the product, which may import the composition root and the tools.
MAY_IMPORT_THE_ROOT = (
    "tests/", "harness/", "benchmarks/", "conftest", "manage", "bistro/opening/", "bistro/demo/", "tools/",
)  # fmt: skip

# Entry points that write rows of no restaurant: file, call → reason.
MAY_WRITE: dict[tuple[str, str], str] = {}
# Entry points that read without the tenant filter: file, model → reason.
MAY_READ_UNFENCED = {
    ("bistro/core/admin/base.py", "related"): "narrowed by visible_to() on the line after it",
    ("bistro/core/admin/base.py", "type(row)"): "locks a row that was found by visible_to()",
    ("bistro/core/api/views.py", "Restaurant"): "the device's own restaurant, before the device is anybody",
    ("bistro/demo/management/commands/seed_demo.py", "Restaurant"): "whether the installation is empty",
    ("bistro/opening/management/commands/open_empty_house.py", "Restaurant"): "the same",
}
# Files besides the unit of work that open a transaction → reason.
MAY_OPEN_TRANSACTION = {
    "bistro/backup/databases.py": "a snapshot for a backup, which is only read",
    "bistro/core/writing/unit_of_work.py": "it is the unit of work",
    "bistro/core/database/migrating.py": "a migration and its record are one transaction",
    "bistro/core/database/schema_operations.py": "an operation says that no transaction may be open",
}
# Services that write without a unit of work: file, function → reason.
MAY_WRITE_WITHOUT_UNIT = {
    ("bistro/core/services/devices.py", "note_seen"): "a stamp; the live feed must not wait in the queue of writers",
    (
        "bistro/core/services/devices.py",
        "note_members_seen",
    ): "a stamp; the live feed must not wait in the queue of writers",
    ("bistro/core/services/devices.py", "note_batteries"): "the same",
    ("bistro/core/services/tablets.py", "note_used"): "the same",
}
# Files that set `status` without a table of moves: file, kind → reason.
MAY_SET_STATUS = {
    ("bistro/core/kernel/transitions.py", "assignment"): "the function that checks the table",
    ("bistro/core/kernel/transitions.py", "update"): "the function that checks the table, for many rows at once",
    ("tools/simulator/pads.py", "assignment"): "the status of an HTTP answer",
}
# Rows that belong to no restaurant → reason.
WITHOUT_RESTAURANT = {
    "core.Restaurant": "it is the tenant",
    "core.HistoricalRestaurant": "its id is the tenant's",
    "core.SecondFactor": "a login's",
    "core.RecoveryCode": "a login's",
    "core.Staff": "a login may work in several restaurants",
    "core.Staff_groups": "a login's, from Django",
    "core.Staff_user_permissions": "a login's, from Django",
    "core.FeedEpoch": "one row for the installation",
    "kitchen.Screen_stations": "a link between two rows that carry it",
}


@cache
def files(*suffixes: str) -> tuple[tuple[str, str], ...]:
    """Return (path, source) of every file of ours with one of the suffixes; migrations are left out."""
    folders = (*CODE, "templates", "static", "tools", "harness", "benchmarks", "tests")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in suffixes]
    paths += [path for path in ROOT.glob("*.py") if path.suffix in suffixes]
    return tuple(
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in sorted(paths)
        if not {"migrations", "releases"} & set(path.parts)
    )


def findings(rule, *suffixes: str) -> list[str]:
    """Return the findings of one rule in all files."""
    return [found for path, source in files(*(suffixes or (".py",))) for found in rule(source, path)]


def located(rule, exempt: dict[tuple[str, str], str]) -> tuple[list[str], set[tuple[str, str]]]:
    """Return findings of a rule with places that no exemption covers, and exemptions without a finding."""
    found, unused = [], set(exempt)
    for path, source in files(".py"):
        for line, name in rule(source, path):
            unused.discard((path, name))
            if (path, name) not in exempt:
                found.append(f"{path}:{line} {name}")
    return found, unused


# --- source ---------------------------------------------------------------------------------------------------
def test_imports_point_one_way():
    assert findings(rules.imports_against_the_arrow) == []


def test_the_packages_of_the_core_are_layers():
    assert findings(rules.core_imports_upwards) == []


def test_the_core_has_no_loose_modules():
    assert findings(lambda source, path: rules.loose_in_core(path)) == []


def test_the_composition_root_is_imported_by_nobody():
    root = ("bistro.settings", "bistro.urls", "bistro.asgi", "bistro.opening", "bistro.demo", "tools.simulator")
    found = [
        f"{path}:{line} imports {name}"
        for path, source in files(".py")
        for line, name in rules.imported_names(source, path)
        if name.startswith(root)
        and not path.startswith(MAY_IMPORT_THE_ROOT)
        and path not in {"bistro/asgi.py", "bistro/urls.py"}
    ]
    assert found == []


def test_the_simulator_is_a_client():
    assert findings(rules.models_in_a_pure_client) == []


def test_only_the_core_touches_the_channel_layer_and_nobody_uses_signals():
    assert findings(rules.forbidden_libraries) == []


def test_entry_points_do_not_write():
    found, unused = located(rules.writes_in_entry_points, MAY_WRITE)
    assert (found, unused) == ([], set())


def test_entry_points_read_through_the_tenant_fence():
    found, unused = located(rules.bare_objects_in_entry_points, MAY_READ_UNFENCED)
    assert (found, unused) == ([], set())


def test_only_the_unit_of_work_opens_a_transaction():
    found = [
        one
        for path, source in files(".py")
        if not rules.is_test(path) and path not in MAY_OPEN_TRANSACTION
        for one in rules.own_transactions(source, path)
    ]
    assert found == []


def test_services_write_in_units_of_work():
    found, unused = located(rules.writes_outside_units, MAY_WRITE_WITHOUT_UNIT)
    assert (found, unused) == ([], set())


def test_every_status_changes_by_a_table_of_moves():
    found, unused = located(rules.statuses_set_directly, MAY_SET_STATUS)
    assert (found, unused) == ([], set())


def test_services_take_keywords_only():
    found, _unused = located(rules.positional_services, {})
    assert found == []


def test_files_stay_small():
    assert findings(rules.too_long, ".py", ".js", ".css", ".html") == []


def test_functions_stay_small():
    found = [
        one for path, source in files(".py") if not rules.is_test(path) for one in rules.long_functions(source, path)
    ]
    assert found == []


def test_every_module_says_what_it_holds():
    assert [found for path, _source in files(".py", ".js") for found in rules.nameless_module(path)] == []


def test_pages_hold_no_inline_code():
    assert findings(rules.inline_code, ".html") == []


# --- the running product --------------------------------------------------------------------------------------
@pytest.mark.parametrize("event_path", sorted(settings.EVENT_REACTIONS))
def test_every_reaction_resolves(event_path):
    event = import_string(event_path)
    assert issubclass(event, DomainEvent)
    assert event.__module__ + "." + event.__qualname__ == event_path, "listed by the name the unit of work looks up"
    for path in settings.EVENT_REACTIONS[event_path]:
        assert callable(import_string(path)), path
        assert ".steps." in path, f"{path}: a reaction is a step, it runs inside the caller's transaction"


def test_every_row_carries_its_restaurant():
    models = {
        model._meta.label: {field.name for field in model._meta.get_fields()}
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APP_LABELS
    }
    assert rules.fields_without_tenant(models, WITHOUT_RESTAURANT) == []
    assert set(WITHOUT_RESTAURANT) <= set(models), "an exemption for a model that is gone"


def test_foreign_keys_follow_the_arrows():
    links = {
        (APP_LABELS[model._meta.app_label], APP_LABELS.get(field.related_model._meta.app_label, "django"))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APP_LABELS
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
    }
    assert rules.keys_against_the_arrow(links) == []


@pytest.fixture(scope="module")
def openapi() -> dict:
    from drf_spectacular.generators import SchemaGenerator

    return SchemaGenerator().get_schema(request=None, public=True)


def api_routes(resolver: URLResolver | None = None, prefix: str = "/") -> Iterator[tuple[str, type]]:
    """Return (path, view class) of every route of ours that ends in a DRF view."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from api_routes(entry, path)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "cls", None)
            if view is not None and view.__module__.startswith(CODE):
                yield path, view


def test_every_api_operation_is_described(openapi):
    assert rules.undocumented_operations(openapi) == []


def test_every_api_view_is_in_the_description(openapi):
    from drf_spectacular.drainage import get_override

    documented = {path.split("{")[0] for path in openapi["paths"]}
    absent = [
        f"{path} ({view.__name__})"
        for path, view in api_routes()
        if path.split("<")[0] not in documented and get_override(view, "exclude") is None and view.schema is not None
    ]
    assert absent == []
