"""The states of a table: each has a mark, words, a place in the list, and a colour in the style sheet."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from bistro.core.kernel.marks import AGE_LETTERS, AGES, MARKS
from orders.floor.states import LEGEND, STATES, URGENCY

STYLES = (Path(settings.BASE_DIR) / "static" / "css" / "components.css").read_text()


@pytest.mark.parametrize(
    ("code", "letter", "word", "short", "needs_attention"),
    [
        ("ready", "R", "food ready", "ready", True),
        ("late", "!", "waiting for food", "waiting", True),
        ("ordering", "S", "ordered, kitchen has not confirmed", "ordered", False),
        ("waiting", "–", "waiting for food", "waiting", False),
        ("held", "H", "next course on hold", "on hold", False),
        ("occupied", "–", "occupied", "seated", False),
        ("free", "N", "free", "free", False),
        ("out_of_service", "×", "out of service", "closed", False),
    ],
)
def test_a_state_is_shown(code, letter, word, short, needs_attention):
    state = STATES[code]
    assert (state.letter, state.word, state.short) == (letter, word, short)
    assert state.needs_attention is needs_attention


def test_the_list_is_sorted_by_urgency():
    assert sorted(URGENCY, key=URGENCY.get) == list(STATES)


def test_the_legend_names_states():
    assert {code for code, _text in LEGEND} < set(STATES)


def test_the_style_sheet_knows_every_mark():
    assert set(re.findall(r'\[data-state="(\w+)"\]', STYLES)) == set(MARKS)
    assert set(re.findall(r'\[data-age="(\w+)"\]', STYLES)) == set(AGES)


def test_the_letters_of_the_ages():
    assert AGE_LETTERS == "NS!"
