"""Tables of moves and the functions that read them."""

import pytest

from bistro.core.kernel.errors import IllegalTransition
from bistro.core.kernel.transitions import require_move


def test_a_move_that_the_table_does_not_know_says_what_is_allowed():
    moves = {"a": frozenset({"c", "b"}), "b": frozenset(), "c": frozenset()}
    require_move(moves, "a", "b", what="It")
    with pytest.raises(IllegalTransition) as refusal:
        require_move(moves, "b", "a", what="It")
    assert (refusal.value.extra["current"], refusal.value.extra["allowed"]) == ("b", [])
    with pytest.raises(IllegalTransition) as refusal:
        require_move(moves, "a", "a", what="It")
    assert refusal.value.extra["allowed"] == ["b", "c"]
    assert refusal.value.message.startswith("It is “a” ")
