"""The languages of the pages: those of the product, and the one of a person or else of the restaurant."""

from typing import Protocol

from django.conf import settings

from bistro.core.kernel.actors import Actor

NEUTRAL_ENGLISH = "en-ie"  # day before month, 24 hours: for English pages of houses whose locale is not English


class HasLanguage(Protocol):
    """A restaurant, which has a default language."""

    language: str


class HasRegion(HasLanguage, Protocol):
    """A restaurant, whose locale says how dates and numbers are written."""

    locale: str


def languages() -> list[tuple[str, str]]:
    """Return code and own name of each language, for the choices of fields: a new language needs no migration."""
    return list(settings.LANGUAGES)


def language_for(actor: Actor, restaurant: HasLanguage) -> str:
    """Return the language that a person has chosen, or else the restaurant's. Devices never choose."""
    return actor.language or restaurant.language


def regional_language(actor: Actor, restaurant: HasRegion) -> str:
    """Return the person's language with the region of the restaurant's locale, such as `en-ie`.

    Django formats dates and times by it, and takes the texts of the language. A language other than the locale's keeps
    its own formats, except English, whose plain form is that of the United States.
    """
    language = language_for(actor, restaurant)
    spoken, _separator, region = restaurant.locale.replace("_", "-").lower().partition("-")
    if spoken == language and region:
        return f"{language}-{region}"
    return NEUTRAL_ENGLISH if language == "en" else language
