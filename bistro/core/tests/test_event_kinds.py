"""The audit trail's words for the kinds of events."""

from django.urls import get_resolver
from django.utils.translation import override

from bistro.core.admin.event_kinds import KINDS, kind_text
from bistro.core.kernel.events import known_types


def test_every_kind_of_event_has_words():
    assert get_resolver().url_patterns  # loads every app's events
    words = {kind.replace("_", " ") for kind in known_types()}
    assert words - set(KINDS) <= {"test thing"}


def test_they_follow_the_language():
    with override("de"):
        assert kind_text("order_created") == "Bestellung aufgegeben"
    assert kind_text("of_a_plug_in") == "of a plug in"
