"""The languages of guests' pages: complete catalogues, and the choice of the guest or the browser."""

import pytest
from django.conf import settings
from django.test import RequestFactory

from bistro.core.web.guest_pages import guest_language
from tests import test_languages
from tests.test_languages import catalogue, names_in, sources, texts_of

pytestmark = pytest.mark.database_agnostic

# Files whose texts guests read, and single texts of files that staff share.
FILES = (
    "bistro/core/web/guest_pages.py",
    "templates/base.html",
    "orders/billing/phone/",
    "orders/billing/deposits/",
    "tables/bookings/calendars.py",
    "tables/bookings/guest_views.py",
    "tables/bookings/services/delaying.py",
    "tables/bookings/online_page.py",
    "tables/bookings/online_views.py",
    "tables/bookings/placing.py",
    "tables/bookings/services/online.py",
    "bistro/mail/guest_texts.py",
    "templates/bookings/guest.html",
    "templates/bookings/online_base.html",
    "templates/bookings/online_form.html",
    "templates/bookings/online_times.html",
    "templates/bookings/times.html",
    "templates/waitlist/place.html",
    "templates/pay/",
    "templates/documents/paper.html",
    "templates/documents/receipt.html",
    "orders/documents/page.py",
    "orders/documents/contents.py",
    "orders/documents/transitions.py",
)
SINGLE = (
    "Nothing is due.",
    "This bill is closed.",
    "The bill has changed. Look at it again.",
    "The bill was split. Look at it again.",
    "Somebody else pays for one of these dishes.",
    "Another payment of %(amount)s is in progress.",
    "Only %(due)s is due.",
    "“%(typed)s” is not an amount. Type it as 12.50.",
    "There is no such payment.",
    "This booking needs no deposit.",
    "Please call us to come with more guests.",
    "This booking is over. Please book again.",
    "This restaurant does not offer this way to pay.",
    "This provider cannot hold money for a tab.",
    "These guests have a tab already.",
    "These guests joined others. Their bill is with them.",
    "This tab is being charged at this moment.",
    "This was paid already. Give the money back with a refund.",
    "This is not an amount in %(currency)s.",
    "The amount must be above zero.",
    "There is no voucher with this code.",
    "This voucher has expired.",
    "This voucher was cancelled.",
    "This voucher is in %(currency)s.",
    "There is only %(balance)s on this voucher.",
    "A booking needs a name.",
    *("Requested", "Booked", "Confirmed", "Late", "Seated", "Finished", "Cancelled", "No show"),
    "Check what you typed.",
    "Leave the field “Website” empty.",
    "This is not an e-mail address.",
    "This is not a phone number. Write it like +49 30 123456.",
    "This table was taken a moment ago.",
    "Too many tries. Try again in {wait} s.",
    "We need a phone number or an e-mail address.",
)
ONLY_GUESTS = [code for code, _name in settings.GUEST_LANGUAGES if code not in dict(settings.LANGUAGES)]


def of_guests(path):
    return str(path.relative_to(settings.BASE_DIR)).startswith(FILES)


@pytest.mark.parametrize("code", ONLY_GUESTS)
def test_every_text_of_a_guests_page_is_translated(code):
    known = catalogue(code)
    asked = {text for path, source in sources() if of_guests(path) for text, _file in texts_of(path, source) if text[0]}
    assert {text for text in asked | {(text, None) for text in SINGLE} if known.get(*text) is None} == set()
    for message in filter(lambda each: each.id, known):
        words = message.string if message.pluralizable else (message.string,)
        assert all(words), message.id
        assert names_in(words) == names_in(message.id), message.id


@pytest.mark.parametrize("code", ONLY_GUESTS)
def test_compiled_texts_of_guests_are_those_of_the_catalogue(code):
    test_languages.test_compiled_texts_are_those_of_the_catalogue(code)


@pytest.mark.parametrize(
    ("cookie", "accepted", "found"),
    [
        ("", "fr-CH,de;q=0.5", "fr"),
        ("ar", "fr", "ar"),
        ("xx", "nl,es;q=0.3", "es"),
        ("", "nl", "en"),
        ("", "", "en"),
    ],
)
def test_the_guest_chooses_before_the_browser(cookie, accepted, found):
    request = RequestFactory().get("/", headers={"accept-language": accepted})
    request.COOKIES["guest_language"] = cookie
    assert guest_language(request) == found
