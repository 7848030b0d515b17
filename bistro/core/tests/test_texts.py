"""The cleaning of text that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.texts import clean_text

pytestmark = pytest.mark.database_agnostic

JOINED = [
    "چلو\u200cکباب",
    "می\u200cخواهم",
    "മല\u200cയാളം",
    "അവന\u0d4d\u200d",  # the joiner after a virama chooses the letter's form, at the end of a word too
    "क्\u200dष",
    "ක්\u200dරීම්",
    "👨\u200d👩\u200d👧",
    "👩\U0001f3fd\u200d🍳",
    "❤\ufe0f\u200d🔥",
    "🏳\ufe0f\u200d🌈",
]


@pytest.mark.parametrize("text", JOINED)
def test_joiners_stay_where_they_join(text):
    assert clean_text(text) == text
    assert clean_text(f" \u200d{text}\u200b\u2069 a ") == f"{text} a"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Bur\u200cger", "Burger"),
        ("Bur\u200dger", "Burger"),
        ("\u200dBurger\u200c", "Burger"),
        ("Bur\u200b\u200dger", "Burger"),
        ("چلو\u200c", "چلو"),
        ("\u200cچلو", "چلو"),
        ("چلو \u200c کباب", "چلو  کباب"),
        ("چلو،\u200cکباب", "چلو،کباب"),
        ("چلو\u200c\u200c\u200dکباب", "چلو\u200cکباب"),
        ("چلو\u200b\u200c\u202eکباب", "چلو\u200cکباب"),
        ("👨\u200c👩", "👨👩"),
        ("👨\u200da", "👨a"),
        ("a\u200d👨", "a👨"),
        ("\u200b\u200c\u200d", ""),
        ("two\nlines\tand\x00more\x7f", "two lines and more"),
        ("right\u202eto left\u202c \u2066isolate\u2069\ufeff", "rightto left isolate"),
    ],
)
def test_what_joins_nothing_vanishes(typed, kept):
    assert clean_text(typed) == kept


def test_line_breaks_stay_where_lines_are_asked_for():
    assert clean_text(" one\r\n\u200btwo \n\nthree\t!\n", lines=True) == "one\ntwo\n\nthree !"


odd_letters = st.sampled_from("a چک്ന👨\u200c\u200d\u200b\u202e\n\t")


@given(st.text() | st.text(odd_letters), st.booleans())
def test_a_clean_text_is_clean(text, lines):
    assert clean_text(clean_text(text, lines=lines), lines=lines) == clean_text(text, lines=lines)
