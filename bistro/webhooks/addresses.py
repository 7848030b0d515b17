"""The addresses to which events may be sent: public ones by https, others only where the operator allows them.

Without these rules a restaurant could make the server talk to machines of the network in which it stands.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput
from bistro.webhooks.models import LONGEST_ADDRESS

_WRITABLE = re.compile(r"[\x21-\x7e]+")
_NAT64 = IPv6Network("64:ff9b::/96")
_PUBLIC_V6 = IPv6Network("2000::/3")  # all others are local, translate to IPv4, or belong to nobody


def checked_url(url: str) -> str:
    """Return the address of a webhook. Raises InvalidInput for one that could never be used."""
    url = url.strip()
    problem = _problem(url)
    if problem:
        raise InvalidInput(problem, code="bad_address", fields={"url": [problem]})
    return url


def split(url: str) -> tuple[SplitResult, int]:
    """Return the parts of an address and its port. Raises ValueError for one without a host or with a wrong port."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError("no host")
    return parts, parts.port or (443 if parts.scheme == "https" else 80)


def may_send_to(found: str, scheme: str) -> bool:
    """Return whether events may go to this IP address: a public one by https, or one that the operator allows."""
    address = _inner(ip_address(found.partition("%")[0]))
    if any(address in network for network in settings.WEBHOOK_NETWORKS):
        return True
    if isinstance(address, IPv6Address) and address not in _PUBLIC_V6:
        return False
    return scheme == "https" and address.is_global and not address.is_multicast


def _problem(url: str) -> str:
    """Return what is wrong with an address, or ""."""
    wrong = _("Write the address like https://example.com/bistro.")
    if len(url) > LONGEST_ADDRESS or not _WRITABLE.fullmatch(url) or "#" in url:
        return wrong
    try:
        parts, _port = split(url)
    except ValueError:
        return wrong
    if parts.scheme not in ("https", "http") or "@" in parts.netloc:
        return wrong
    if parts.scheme == "http" and not settings.WEBHOOK_NETWORKS:
        return _("Only https is allowed: events hold facts about the restaurant.")
    return "" if _may_be_sent_to(parts) else _("Addresses in private networks are not allowed on this server.")


def _may_be_sent_to(parts: SplitResult) -> bool:
    """Return False for a forbidden IP address. A name is looked up, and checked, when an event is sent."""
    host = parts.hostname or ""
    try:
        return may_send_to(host, parts.scheme)
    except ValueError:
        return not (host == "localhost" or host.endswith(".localhost")) or bool(settings.WEBHOOK_NETWORKS)


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 address leads to, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
