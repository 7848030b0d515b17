"""Names that must be unique to a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.names import LONGEST_NAME, NameKeyField, name_key, natural_sort_key
from bistro.core.kernel.texts import clean_text

pytestmark = pytest.mark.database_agnostic


@pytest.mark.parametrize(
    "typed",
    [
        "Crème Brûlée", "crème brûlée", "  CRÈME   BRÛLÉE ", "Cre\u0300me Bru\u0302le\u0301e", "Crème\tBrûlée\n",
        "Crè\u200bme \u202eBrûlée", "Crème\x00Brûlée",
    ],
)  # fmt: skip
def test_one_name_however_it_is_typed(typed):
    assert name_key(typed) == "crème brûlée"


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert name_key(name_key(text)) == name_key(text) or "\u0345" in name_key(text)


@given(st.text() | st.text(st.sampled_from("a چک്ന👨\u200c\u200d\u200b")))
def test_a_name_is_compared_as_it_is_cleaned(text):
    assert name_key(text) == name_key(clean_text(text))


@given(st.text(max_size=LONGEST_NAME) | st.text(st.sampled_from("ßΐŉǰᾷﬃİ\u0958\ufb2c"), max_size=LONGEST_NAME))
def test_the_longest_name_fits_its_column(text):
    assert len(name_key(text)) <= NameKeyField().max_length


def test_names_sort_as_people_count():
    names = ["Table 10", "table 9", "Bar", "Table 2b", "Table 2"]
    assert sorted(names, key=natural_sort_key) == ["Bar", "Table 2", "Table 2b", "table 9", "Table 10"]
