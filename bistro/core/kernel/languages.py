"""The languages of the pages: those of the product, and the one of a person or else of the restaurant."""

from typing import Protocol

from django.conf import settings

from bistro.core.kernel.actors import Actor


class HasLanguage(Protocol):
    """A restaurant, which has a default language."""

    language: str


def languages() -> list[tuple[str, str]]:
    """Return code and own name of each language, for the choices of fields: a new language needs no migration."""
    return list(settings.LANGUAGES)


def language_for(actor: Actor, restaurant: HasLanguage) -> str:
    """Return the language that a person has chosen, or else the restaurant's. Devices never choose."""
    return actor.language or restaurant.language
