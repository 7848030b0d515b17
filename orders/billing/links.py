"""The link of a bill for guests. Its token is made of the party and the installation's key, and kept nowhere.

It ends with the party: when the guests have left, it opens nothing.
"""

import base64
import binascii
import uuid

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from bistro.core.models import Restaurant
from tables.models import Party
from tables.transitions import PartyStatus

CODE_BYTES = 16


def token_of(party: Party) -> str:
    """Return the unguessable token of a party's bill."""
    return base64.urlsafe_b64encode(party.uid.bytes + _code(party.uid)).rstrip(b"=").decode()


def link_of(party: Party, restaurant: Restaurant) -> str | None:
    """Return the address where guests pay, or None without a provider or when they have left."""
    if not restaurant.online_payments or party.status != PartyStatus.SEATED:
        return None
    return f"{settings.PUBLIC_URL}/pay/{token_of(party)}/"


def payment_link(party: Party, key: str) -> str:
    """Return the address where a guest sees what became of a payment."""
    return f"{settings.PUBLIC_URL}{reverse('pay:payment', args=[token_of(party), key])}"


def party_of_token(token: str) -> Party | None:
    """Return the party of a token, or None for a wrong token."""
    if len(token) != 43:
        return None
    try:
        raw = base64.b64decode(f"{token}=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    uid = uuid.UUID(bytes=raw[:16])
    if not constant_time_compare(raw[16:], _code(uid)):
        return None
    return Party.objects.select_related("restaurant", "table", "joined_to").filter(uid=uid).first()  # type: ignore[no-any-return]


def _code(uid: uuid.UUID) -> bytes:
    return salted_hmac("bill link", uid.bytes, algorithm="sha256").digest()[:CODE_BYTES]
