"""Controls: every rule of tests/architecture.py must flag a bad sample and accept a good one."""

import pytest

from tests import architecture as rules

pytestmark = pytest.mark.database_agnostic


@pytest.mark.parametrize(
    ("_case", "path", "source"),
    [
        ("menu knows orders", "menu/services.py", "from orders.models import Order"),
        ("menu knows tables", "menu/models.py", "import tables.models"),
        ("tables knows menu", "tables/selectors.py", "from menu import models"),
        ("orders knows the kitchen", "orders/steps.py", "from kitchen import steps"),
        ("the kitchen knows printing", "kitchen/wall/live.py", "from kitchen.printing.strip import printers_strip"),
        ("core knows an app", "bistro/core/live/event_log.py", "from menu.models import Item"),
        ("an app knows the settings", "orders/services.py", "from bistro import settings"),
        ("an app knows the demo", "kitchen/views.py", "from bistro.demo import seed"),
        ("an app knows the URLs", "tables/views.py", "import bistro.urls"),
        ("inside a function", "menu/services.py", "def f():\n    from kitchen.steps import open_tickets"),
        ("relative, out of the app", "menu/api/views.py", "from ...orders import models"),
        ("in an app's tests", "menu/tests/test_sale.py", "from orders.tests.factories import OrderFactory"),
        (
            "the simulator knows the kitchen",
            "tools/simulator/pads.py",
            "from kitchen.services import bump_ticket",
        ),
        ("an app knows the simulator", "orders/services.py", "from tools.simulator.client import Client"),
        ("the demo knows more of the simulator", "bistro/demo/seed.py", "from tools.simulator.client import Client"),
        ("an app knows the harness", "orders/tests/test_race.py", "from harness.servers import Server"),
        ("the harness knows the benchmarks", "harness/drill.py", "from benchmarks.load import told"),
        ("the harness knows the tests", "harness/drill.py", "from tests.journeys.house import open_house"),
        ("the benchmarks know the tests", "benchmarks/load.py", "from tests.sockets import join"),
        ("a test knows the benchmarks", "tests/faults/test_drill.py", "from benchmarks.load import told"),
    ],
)
def test_an_import_against_the_arrow_is_flagged(_case, path, source):
    assert len(rules.imports_against_the_arrow(source, path)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("kitchen/steps.py", "from orders.events import OrderPlaced\nfrom menu.models import Item"),
        ("kitchen/printing/steps.py", "from kitchen.models import Ticket"),
        ("orders/services.py", "from django.conf import settings\nfrom bistro.core.kernel.money import fits"),
        ("menu/api/views.py", "from .serializers import ItemSerializer\nfrom ..services import sell_out"),
        ("bistro/urls.py", "import kitchen.urls"),
        (
            "bistro/demo/management/commands/simulate.py",
            "def handle():\n    from tools.simulator.command import simulate",
        ),
        ("tests/journeys/test_order.py", "import kitchen.models, orders.models"),
        ("tests/faults/test_drill.py", "from harness.drill import drill\nfrom tests.sockets import join"),
        ("benchmarks/load.py", "from harness.table import percentile\nfrom bistro.core.models import Restaurant"),
        ("tests/benchmarks/test_pairs.py", "from benchmarks.load import told\nfrom harness.proxy import Proxy"),
    ],
)
def test_an_import_along_the_arrow_is_not_flagged(path, source):
    assert rules.imports_against_the_arrow(source, path) == []


@pytest.mark.parametrize(
    ("path", "source", "flagged"),
    [
        ("bistro/core/kernel/errors.py", "from bistro.core.models import Event", True),
        ("bistro/core/speed/fast_path.py", "from bistro.core.live import hub", True),
        ("bistro/core/live/hub.py", "from bistro.core.speed.compiled_queries import CompiledQuery", False),
        ("bistro/core/live/hub.py", "from bistro.core.live.frames import Frame", False),
    ],
)
def test_a_package_of_the_core_that_imports_a_higher_one_is_flagged(path, source, flagged):
    assert bool(rules.core_imports_upwards(source, path)) is flagged


@pytest.mark.parametrize(
    ("path", "flagged"),
    [("bistro/core/money.py", True), ("bistro/core/kernel/money.py", False), ("bistro/core/apps.py", False)],
)
def test_a_loose_module_in_the_core_is_flagged(path, flagged):
    assert bool(rules.loose_in_core(path)) is flagged


def test_models_in_the_simulator_are_flagged():
    assert rules.models_in_a_pure_client("from menu.models import Item", "tools/simulator/pads.py")
    assert rules.models_in_a_pure_client("from menu import models", "tools/simulator/pads.py")
    assert not rules.models_in_a_pure_client("from menu.services import add_item", "tools/simulator/pads.py")


def test_the_channel_layer_and_signals_are_flagged():
    layer = "from channels.layers import get_channel_layer"
    assert rules.forbidden_libraries(layer, "kitchen/services.py")
    assert not rules.forbidden_libraries(layer, "bistro/core/writing/commit_signal.py")
    assert rules.forbidden_libraries("from django.db.models.signals import post_save", "orders/apps.py")
    assert rules.forbidden_libraries("from django.dispatch import receiver", "bistro/core/apps.py")


@pytest.mark.parametrize(
    ("path", "source", "call"),
    [
        ("orders/floor/views.py", "order.save(update_fields=['status'])", "save"),
        ("orders/api/views.py", "Order.objects.create(table=1)", "create"),
        ("kitchen/admin.py", "queryset.update(status='done')", "update"),
        ("tables/admin/tables.py", "table.delete()", "delete"),
        ("kitchen/consumers.py", "Ticket.objects.visible_to(a).update(seen=True)", "update"),
        ("menu/forms.py", "Item.objects.bulk_create([])", "bulk_create"),
        ("menu/management/commands/eighty_six.py", "Item.objects.get_or_create(name='x')", "get_or_create"),
        ("bistro/core/api/devices.py", "await device.asave()", "asave"),
    ],
)
def test_a_write_in_a_door_is_flagged(path, source, call):
    code = f"async def act():\n    {source}"
    assert [name for _line, name in rules.writes_in_entry_points(code, path)] == [call]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("orders/services.py", "order.save()"),
        ("orders/tests/test_views.py", "order.save()"),
        ("orders/floor/views.py", "services.update(order_id=1)"),
        ("orders/floor/views.py", "order_services.create(table_id=1)"),
    ],
)
def test_a_service_may_write_and_a_door_may_call_it(path, source):
    assert rules.writes_in_entry_points(source, path) == []


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("stamp", "def stamp(*, pk): Device.objects.filter(pk=pk).update(seen=1)"),
        ("forget", "def forget(*, now):\n    for row in due(now):\n        row.delete()"),
        ("restore", "def restore(): Epoch.objects.update_or_create(pk=1)"),
    ],
)
def test_a_service_that_writes_in_no_unit_is_flagged(name, body):
    assert rules.writes_outside_units(body, "orders/services/planning.py") == [(1, name)]
    assert rules.writes_outside_units(body, "orders/tests/test_planning.py") == []


@pytest.mark.parametrize(
    "body",
    [
        "def stamp(*, pk, actor):\n    with UnitOfWork(actor):\n        rows.update(seen=1)",
        "def step(row, work): row.save()",
        "def save(row):\n    require_transaction()\n    row.save()",
        "def _part(row): row.save()",
        "def look(*, pk): return rows.get(pk=pk)",
    ],
)
def test_a_service_with_a_unit_is_not_flagged(body):
    assert rules.writes_outside_units(body, "orders/services/planning.py") == []


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("ticket.status = 'done'", "assignment"),
        ("ticket.status, ticket.done_at = 'done', now", "assignment"),
        ("ticket.status: str = 'done'", "assignment"),
        ("Ticket.objects.filter(pk=1).update(status='done', done_at=now)", "update"),
        ("await rows.aupdate(status='done')", "update"),
        ("setattr(ticket, 'status', 'done')", "setattr"),
    ],
)
def test_a_status_that_no_table_checks_is_flagged(source, kind):
    code = f"async def act():\n    {source}"
    assert rules.statuses_set_directly(code, "kitchen/services/cooking.py") == [(2, kind)]
    assert rules.statuses_set_directly(code, "kitchen/tests/test_cooking.py") == []


@pytest.mark.parametrize(
    "source",
    ["move_ticket(ticket, 'done')", "ready = ticket.status == 'done'", "rows.filter(status='done').update(seen=True)"],
)
def test_a_status_that_is_only_read_is_not_flagged(source):
    assert rules.statuses_set_directly(source, "kitchen/services/cooking.py") == []


@pytest.mark.parametrize(
    "source",
    [
        "Order.objects.all()",
        "Order.objects.filter(restaurant=1).visible_to(a)",
        "rows = Order.objects",
        "Order._default_manager.all()",
    ],
)
def test_bare_objects_in_a_door_are_flagged(source):
    assert rules.bare_objects_in_entry_points(source, "orders/floor/views.py") == [(1, "Order")]


def test_fenced_objects_in_a_door_are_not_flagged():
    assert rules.bare_objects_in_entry_points("Order.objects.visible_to(actor).open()", "orders/floor/views.py") == []
    assert rules.bare_objects_in_entry_points("Order.objects.locked()", "orders/services.py") == []


@pytest.mark.parametrize(
    "source",
    [
        "with transaction.atomic(): pass",
        "@transaction.atomic\ndef f(): pass",
        "from django.db.transaction import atomic\nwith atomic(durable=True): pass",
        "transaction.set_autocommit(False)",
    ],
)
def test_an_own_transaction_is_flagged(source):
    assert len(rules.own_transactions(source, "orders/services.py")) == 1


@pytest.mark.parametrize(
    "source",
    [
        "def bump(ticket_id, *, actor): ...",
        "def bump(*ticket_ids, actor): ...",
        "def bump(ticket_id, /):\n    with UnitOfWork(system()) as work: ...",
    ],
)
def test_positional_arguments_of_a_service_are_flagged(source):
    assert rules.positional_services(source, "kitchen/services.py") == [(1, "bump")]
    assert rules.positional_services(source, "kitchen/services/tickets.py") == [(1, "bump")]
    assert rules.positional_services(source, "kitchen/steps.py") == []


def test_keywords_and_parts_of_a_service_are_not_flagged():
    source = "def recall(*, ticket_id, actor): ...\ndef _find(actor): ...\ndef rows(order, work): ..."
    assert rules.positional_services(source, "kitchen/services.py") == []


def test_a_name_that_says_nothing_is_flagged():
    assert rules.nameless_module("orders/utils.py")
    assert rules.nameless_module("orders/helpers/money.py")
    assert not rules.nameless_module("orders/pricing.py")


def test_long_files_and_functions_are_flagged():
    assert rules.too_long("x = 1\n" * 401, "orders/models.py")
    assert not rules.too_long("x = 1\n" * 400, "orders/models.py")
    body = "    x = 1\n"
    assert rules.long_functions(f"def f():\n{body * 40}", "orders/models.py")
    assert not rules.long_functions(f"def f():\n{body * 39}", "orders/models.py")


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<script type="module">go()</script>',
        "<style>p{color:red}</style>",
        '<p class="x"\n   style="color:red">',
        '<button type="button" onclick="go()">',
        '<button hx-on:click="go()">',
        '<button hx-on--after-request="go()">',
        '<a href="javascript:go()">',
        "<p {% if a > b %}class='x'{% endif %} style='top:0'>",
    ],
)
def test_inline_code_in_a_page_is_flagged(source):
    assert len(rules.inline_code(source, "templates/page.html")) == 1


@pytest.mark.parametrize(
    "source",
    [
        "<script src=\"{% static 'js/live.js' %}\" defer></script>",
        '<script id="keys" type="application/json">{}</script>',
        '<link rel="stylesheet" href="/static/css/base.css">',
        '<p data-action="done" hx-confirm="Sure?">the style = house style</p>',
        "{# <style>…</style> #}",
    ],
)
def test_a_clean_page_is_not_flagged(source):
    assert rules.inline_code(source, "templates/page.html") == []


def test_an_undocumented_operation_is_flagged():
    schema = {
        "paths": {
            "/a": {"get": {"description": " "}, "parameters": []},
            "/b": {"post": {"description": "Places."}},
        }
    }
    assert rules.undocumented_operations(schema) == ["GET /a has no description"]


def test_a_model_without_restaurant_is_flagged():
    found = {"orders.Order": {"id", "restaurant"}, "orders.Line": {"id"}, "core.Staff": {"id"}}
    assert rules.fields_without_tenant(found, {"core.Staff"}) == ["orders.Line has no restaurant"]


def test_a_foreign_key_against_the_arrow_is_flagged():
    links = {("orders", "menu"), ("menu", "orders"), ("tables", "menu"), ("kitchen", "bistro.core")}
    assert sorted(rules.keys_against_the_arrow(links)) == ["menu points at orders", "tables points at menu"]
