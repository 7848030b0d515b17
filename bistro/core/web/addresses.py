"""Full addresses of pages, for links that a person copies or opens on another device."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from bistro.core.kernel.mailing import mail_leaves

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def full_address(request: HttpRequest, path: str) -> str:
    """Return the full address of a page: with PUBLIC_URL if it is set, else by the name that this page has.

    Only for the person who asked: Django has checked the name against ALLOWED_HOSTS. Messages use PUBLIC_URL.
    """
    root = settings.PUBLIC_URL if settings.PUBLIC_URL_IS_SET else f"{request.scheme}://{request.get_host()}"
    return f"{root}{path}"


def messages_lead_here() -> bool:
    """Return whether messages leave this server with links that open on this computer only."""
    return mail_leaves() and only_here(settings.PUBLIC_URL)


def reach_of(link: str, *, by_mail: bool) -> dict[str, Any]:
    """Return what a page says about who can open a link: as it is shown, and as an e-mail has it."""
    lost = by_mail and messages_lead_here()
    return {"only_here": only_here(link), "messages_lead_here": lost, "public_url": settings.PUBLIC_URL}


def only_here(address: str) -> bool:
    """Return whether an address means the computer that opens it, so that no other device reaches the server by it."""
    return urlsplit(address).hostname in LOOPBACK
