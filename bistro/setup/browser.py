"""The suggestions of a new owner's browser before anybody has chosen a language or a way of writing amounts."""

from typing import Any

from babel.core import get_global
from django.http import HttpRequest
from django.utils.translation import activate, get_language_from_request
from django.utils.translation.trans_real import parse_accept_lang_header

from bistro.core.kernel.actors import Actor
from bistro.core.models import Restaurant
from bistro.core.web.page_access import restaurant_of_page
from bistro.setup.choices import locales

CHOSEN = ("language", "locale", "timezone")
OF_MANY_COUNTRIES = "en_US"  # browsers in English send it everywhere


def is_undecided(restaurant: Restaurant) -> bool:
    """Return whether nobody has chosen language, locale and time zone.

    The step about the restaurant asks for an address, too. Copies of a restaurant, and commands, choose without it.
    """
    new = Restaurant()
    return not restaurant.address and all(getattr(restaurant, name) == getattr(new, name) for name in CHOSEN)


def speak_as_browser(request: HttpRequest, actor: Actor) -> None:
    """Show the set-up in the browser's language until the restaurant or the person has one."""
    if not actor.language and is_undecided(restaurant_of_page(request, actor)):
        activate(get_language_from_request(request))


def suggested(request: HttpRequest, restaurant: Restaurant) -> dict[str, Any]:
    """Return values with which the form of the restaurant begins: language and locale of the browser."""
    if not is_undecided(restaurant):
        return {}
    found = {"language": get_language_from_request(request)}
    locale = _locale(request.headers.get("Accept-Language", ""))
    return found | ({"locale": locale} if locale in dict(locales("en")) and locale != OF_MANY_COUNTRIES else {})


def _locale(accepted: str) -> str:
    """Return the first language of a header with its country: `de_AT` for `de-AT`, `de_DE` for `de`; "" for none."""
    first = next((code for code, _weight in parse_accept_lang_header(accepted.lower())), "")
    language, _hyphen, country = first.partition("-")
    if not country:
        country = get_global("likely_subtags").get(language, "").rpartition("_")[2]
    return f"{language}_{country.upper()}" if language and country else ""
