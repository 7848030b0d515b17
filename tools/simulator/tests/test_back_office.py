"""Items, tables and pads that a run needs, created by the managers' own services."""

import json
import stat
from decimal import Decimal

import pytest

from bistro.core.kernel.secrets import digest
from bistro.core.tests.factories import RestaurantFactory
from menu.selectors import menu_as_sold
from menu.tests.factories import ItemFactory
from tables.models import Pad
from tools.simulator.back_office import OtherDatabase, add_pads, create_items, require_database
from tools.simulator.card import read_card
from tools.simulator.credentials import read_credentials
from tools.simulator.history import read_history
from tools.simulator.planned import plan_history

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

HISTORY = """order_id,ordered_at,item,category,quantity,unit_price,modifiers
1,,Bowl,Bowls,1,8.75,Rice|Beans
1,,Soup,,1,3.00,
2,,Bowl,Bowls,2,8.75,Cheese
3,,Bowl,Bowls,1,11.25,
"""


@pytest.fixture
def restaurant():
    return RestaurantFactory()


@pytest.fixture
def demo_file(restaurant, tmp_path):
    path = tmp_path / "demo.json"
    path.write_text(
        json.dumps(
            {
                "url": "http://127.0.0.1:8000",
                "restaurant_id": restaurant.pk,
                "staff": {},
                "devices": [{"kind": "pad", "table": "Table 24", "token": "t"}],
            }
        )
    )
    return path


@pytest.fixture
def history(tmp_path):
    path = tmp_path / "sales.csv"
    path.write_text(HISTORY)
    return read_history(path)


def test_the_whole_history_can_be_played_after_its_items_were_created(restaurant, demo_file, history):
    create_items(read_credentials(demo_file), history)
    plan = plan_history(history, read_card(menu_as_sold(restaurant.pk)), "run")
    assert plan.skipped == []
    assert [order.expected for order in plan.orders] == [Decimal("11.75"), Decimal("17.50"), Decimal("8.75")]
    assert [difference.rows for difference in plan.differences] == [{Decimal("11.25"): 1}]


def test_what_is_on_the_menu_keeps_its_price(restaurant, demo_file, history):
    ItemFactory(restaurant=restaurant, category__restaurant=restaurant, name="soup", price=Decimal("9.99"))
    create_items(read_credentials(demo_file), history)
    card = read_card(menu_as_sold(restaurant.pk)).by_name()
    assert card["soup"].price == Decimal("9.99")
    assert card["bowl"].price == Decimal("8.75")


def test_creating_items_twice_adds_nothing(restaurant, demo_file, history):
    create_items(read_credentials(demo_file), history)
    before = menu_as_sold(restaurant.pk)["categories"]
    create_items(read_credentials(demo_file), history)
    assert menu_as_sold(restaurant.pk)["categories"] == before


def test_extra_pads_can_order_and_stand_in_the_demo_file(restaurant, demo_file):
    add_pads(read_credentials(demo_file), demo_file, 4)
    pads = read_credentials(demo_file).of_kind("pad")
    assert [pad.table for pad in pads] == ["Table 24", "Table 25", "Table 26", "Table 27"]
    assert stat.S_IMODE(demo_file.stat().st_mode) == 0o600
    rows = Pad.objects.of_restaurant(restaurant.pk).values_list("table__name", "device__token_hash")
    assert dict(rows) == {pad.table: digest(pad.token) for pad in pads[1:]}


def test_another_database_is_named_and_not_written_to(demo_file, restaurant):
    who = read_credentials(demo_file)
    require_database(who)
    restaurant.delete()
    with pytest.raises(OtherDatabase, match="DATABASE_URL"):
        require_database(who)
