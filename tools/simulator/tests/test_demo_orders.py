"""Made-up orders, the options and the credentials."""

import json
from argparse import ArgumentParser
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tools.simulator.card import Card, CardGroup, CardItem, CardModifier
from tools.simulator.credentials import MissingCredential, read_credentials
from tools.simulator.demo_orders import plan_demo
from tools.simulator.options import add_arguments, settle

PRICE = Decimal("10.00")
EXTRA = CardModifier(1, "Extra", Decimal("1.00"))
COOKED = CardGroup("Cooked", 1, 1, (CardModifier(2, "Rare", Decimal("0.00")), CardModifier(3, "Done", Decimal("0.00"))))


def item(number, **fields):
    plain = {"available": True, "portions_left": None, "popular": False, "groups": ()}
    return CardItem(id=number, name=f"Item {number}", price=PRICE, **{**plain, **fields})


@pytest.fixture
def card():
    return Card(
        "1",
        "EUR",
        (
            item(1, groups=(COOKED, CardGroup("Extras", 0, 1, (EXTRA,)))),
            item(2, popular=True),
            item(3, available=False),
            item(4, portions_left=3),
        ),
    )


def test_choices_keep_to_their_groups_and_only_what_can_be_had_is_ordered(card):
    plan = plan_demo(card, 200, "run", seed=1)
    assert len(plan.orders) == 200
    lines = [line for order in plan.orders for line in order.lines]
    assert {line.item.id for line in lines} == {1, 2}
    for line in lines:
        cooked = [modifier for modifier in line.modifiers if modifier in COOKED.modifiers]
        assert len(cooked) == (1 if line.item.id == 1 else 0)
    assert any(EXTRA in line.modifiers for line in lines)
    assert len({order.marker for order in plan.orders}) == 200


def test_the_same_seed_makes_up_the_same_evening(card):
    one, same, other = (plan_demo(card, 50, "run", seed) for seed in (1, 1, 2))
    assert one.orders == same.orders
    assert one.orders != other.orders


def test_some_guests_declare_an_allergy_of_the_catalogue(card):
    plan = plan_demo(replace(card, allergens=("nuts", "milk")), 200, "run", seed=1)
    lines = [
        (line, sent) for order in plan.orders for line, sent in zip(order.lines, order.body()["lines"], strict=True)
    ]
    assert {code for line, _sent in lines for code in line.allergies} == {"nuts", "milk"}
    assert all(sent.get("allergies", []) == list(line.allergies) for line, sent in lines)
    assert 0 < sum(bool(line.allergies) for line, _sent in lines) < len(lines) / 4
    assert all(line.allergies == () for order in plan_demo(card, 200, "run", seed=1).orders for line in order.lines)


def test_an_empty_menu_makes_no_orders():
    assert plan_demo(Card("1", "EUR", ()), 5, "run", 1).orders == []


@pytest.fixture
def options_of():
    def parse(*words):
        parser = ArgumentParser()
        add_arguments(parser)
        return settle(vars(parser.parse_args(words)), var=Path("var"), port=8123)

    return parse


def test_found_by_port_or_told(options_of):
    assert options_of().urls == ("http://127.0.0.1:8123",)
    assert options_of("--url", "http://a:1/", "--url", "http://b:2").urls == ("http://a:1", "http://b:2")


@pytest.mark.parametrize(
    ("words", "made_up", "of_a_history"),
    [
        ((), 100, None),
        (("--count", "7"), 7, 7),
        (("--seconds", "2.5", "--rate", "10"), 25, 25),
        (("--burst",), 24, 24),
        (("--burst", "--count", "500"), 500, 500),
    ],
)
def test_how_many_orders(options_of, words, made_up, of_a_history):
    options = options_of(*words)
    assert options.wanted(24) == made_up
    assert options.limit(24) == of_a_history


@pytest.mark.parametrize("words", [("--rate", "0"), ("--rate", "nan"), ("--count", "-1"), ("--pads", "0")])
def test_senseless_numbers_are_refused(options_of, words, capsys):
    with pytest.raises(SystemExit):
        options_of(*words)
    assert "must be" in capsys.readouterr().err


def test_the_demo_file(tmp_path):
    path = tmp_path / "demo.json"
    with pytest.raises(MissingCredential, match="make run"):
        read_credentials(path)
    path.write_text(
        json.dumps(
            {
                "url": "http://127.0.0.1:8000",
                "restaurant_id": 1,
                "staff": {"waiter": {"email": "w@bistro.example", "password": "p"}},
                "devices": [{"kind": "pad", "table": "Table 1", "token": "t"}, {"kind": "kitchen", "token": "k"}],
            }
        )
    )
    who = read_credentials(path)
    assert who.one("kitchen").authorization == "Device k"
    assert [pad.table for pad in who.of_kind("pad")] == ["Table 1"]
    with pytest.raises(MissingCredential, match="integration"):
        who.one("integration")
    assert "password" not in repr(who.login("waiter"))
