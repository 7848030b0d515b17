"""The audit trail's words for the kinds of events and for their actions."""

from django.urls import get_resolver
from django.utils.translation import override

from bistro.core.admin.event_actions import WORDS, action_text
from bistro.core.admin.event_kinds import KINDS, kind_text
from bistro.core.kernel.events import known_actions, known_types


def test_every_kind_of_event_has_words():
    assert get_resolver().url_patterns  # loads every app's events
    words = {kind.replace("_", " ") for kind in known_types()}
    assert words - set(KINDS) <= {"test thing"}


def test_every_action_has_words_and_no_word_is_left_over():
    assert get_resolver().url_patterns
    known = known_actions()
    actions = {action for type_, action in known if type_ != "test_thing"}
    assert sorted(actions - set(WORDS)) == [], "add it to bistro/core/admin/event_actions.py"
    assert sorted(set(WORDS) - actions - {f"{type_} {action}" for type_, action in known}) == []


def test_they_follow_the_language():
    with override("de"):
        assert action_text("order_updated", "course_fired") == "Gang abgerufen"
        assert action_text("device_updated", "placed") == "einem Tisch zugeordnet"
        assert kind_text("order_created") == "Bestellung aufgegeben"
    assert kind_text("of_a_plug_in") == "of a plug in"
    assert action_text("of_a_plug_in", "let_go") == "let go"
