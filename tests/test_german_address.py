"""The address of people in German texts: staff by infinitives, guests by *Sie*, nobody by *du* (docs/languages.md)."""

import re

import pytest

from tests.test_guest_languages import SINGLE, of_guests
from tests.test_languages import catalogue, sources, texts_of

pytestmark = pytest.mark.database_agnostic

# A capital pronoun that does not begin a sentence.
SIE = re.compile(r"(?<=[\w,“”„)] )(?:Sie|Ihnen|Ihr(?:e|en|em|er|es)?)\b")
DU = re.compile(r"\b(?:du|dir|dich|dein(?:e|en|em|er|es)?)\b", re.IGNORECASE)
GUESTS_TOO = (
    "bistro/mail/steps/",
    "orders/billing/services/deposits.py",
    "orders/documents/",
    "orders/billing/phone/",
    "tables/bookings/",
    "tables/waitlist/",
)


def german():
    """Return (English, German) of every text, one pair for each form of a plural."""
    for message in filter(lambda each: each.id, catalogue("de")):
        for words in message.string if message.pluralizable else (message.string,):
            yield message.id if isinstance(message.id, str) else message.id[0], words


def texts_for_guests():
    found = set(SINGLE)
    for path, source in sources():
        if of_guests(path) or any(part in str(path) for part in GUESTS_TOO):
            found |= {text[0] if isinstance(text[0], str) else text[0][0] for text, _file in texts_of(path, source)}
    return found


def test_staff_are_addressed_without_a_pronoun():
    guests = texts_for_guests()
    assert {words for english, words in german() if SIE.search(words) and english not in guests} == set()


def test_nobody_is_addressed_as_a_friend():
    assert {words for _english, words in german() if DU.search(words)} == set()


def test_guests_are_addressed_politely():
    assert any(SIE.search(words) for _english, words in german()), "otherwise the pattern finds nothing"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Bitte wählen Sie eine Zeit.", True),
        ("Danach prüfen Sie Ihre Eingaben.", True),
        ("Die Datei fehlt. Sie war leer.", False),
        ("Sie wird geladen.", False),
        ("Bitte die Eingaben prüfen.", False),
    ],
)
def test_the_pattern_tells_an_address_from_a_beginning(words, found):
    assert bool(SIE.search(words)) == found
