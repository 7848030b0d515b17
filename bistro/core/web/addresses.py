"""Full addresses of pages, for links that a person copies or opens on another device."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def full_address(request: HttpRequest, path: str) -> str:
    """Return the full address of a page: with PUBLIC_URL if it is set, else by the name that this page has.

    Only for the person who asked: Django has checked the name against ALLOWED_HOSTS. Messages use PUBLIC_URL.
    """
    root = settings.PUBLIC_URL if settings.PUBLIC_URL_IS_SET else f"{request.scheme}://{request.get_host()}"
    return f"{root}{path}"


def only_here(address: str) -> bool:
    """Return whether an address means the computer that opens it, so that no other device reaches the server by it."""
    return urlsplit(address).hostname in LOOPBACK
