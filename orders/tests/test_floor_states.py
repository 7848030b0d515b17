"""The states of a table: each has a mark, words, a place by urgency, and a colour in the style sheet."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from bistro.core.kernel.marks import PICTURES
from orders.floor.states import LEGEND, STATES, URGENCY

MARKS = (Path(settings.BASE_DIR) / "static" / "css" / "components" / "mark.css").read_text()
SPRITE = (Path(settings.BASE_DIR) / "static" / "img" / "sprite.svg").read_text()
pytestmark = pytest.mark.database_agnostic


@pytest.mark.parametrize(
    ("code", "word", "short", "needs_attention"),
    [
        ("calls", "calls a waiter", "Calls", True),
        ("ready", "food ready", "Ready", True),
        ("late", "waiting for food", "Late", True),
        ("bill", "wants the bill", "Bill", True),
        ("ordering", "ordered, kitchen has not confirmed", "Ordered", False),
        ("waiting", "waiting for food", "Waiting", False),
        ("held", "next course on hold", "On hold", False),
        ("occupied", "seated", "Seated", False),
        ("eating", "everything served", "Eating", False),
        ("paid", "paid, to clear", "Paid", False),
        ("free", "free", "Free", False),
        ("out_of_service", "out of service", "Closed", False),
    ],
)
def test_a_state_is_shown(code, word, short, needs_attention):
    state = STATES[code]
    assert (state.word, state.short) == (word, short)
    assert state.needs_attention is needs_attention


def test_urgency_is_the_order_of_the_states():
    assert sorted(URGENCY, key=URGENCY.get) == list(STATES)


def test_the_legend_names_states():
    assert set(LEGEND) <= set(STATES)


def test_every_state_has_a_picture_that_the_sprite_draws():
    assert set(STATES) <= set(PICTURES)
    for code in STATES:
        assert f'id="m-{PICTURES[code]}"' in SPRITE


def test_the_style_sheet_colours_every_state_that_is_not_plain():
    coloured = set(re.findall(r'\[data-state="(\w+)"\]', MARKS))
    assert set(STATES) - coloured == {"out_of_service"}
