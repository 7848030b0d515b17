"""The places where members are signed in: browsers and shared tablets.

Login tokens of programs are not stored, so they are in no list. They end with the login's version like all others.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bistro.core.auth.access import SESSION_RESTAURANT
from bistro.core.models import Membership, TabletSession

SESSION_BROWSER, SESSION_SINCE = "browser", "since"
MOST_SESSIONS = 2000  # of the installation; each is decoded in well under a millisecond
# The first name that a browser's own description contains; others pretend to be these.
_BROWSERS = (("Firefox", "Firefox"), ("Edg", "Edge"), ("OPR", "Opera"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignIn:
    """A place where a member is signed in, in words, and since when, if that is known."""

    place: str
    since: datetime | None


def note_browser(request: HttpRequest) -> None:
    """Store in a new session which browser it is and when it began."""
    request.session[SESSION_BROWSER] = browser_name(request.headers.get("User-Agent", ""))
    request.session[SESSION_SINCE] = timezone.now().isoformat()


def browser_name(user_agent: str) -> str:
    """Return the browser and its system in two words, or "" for an unknown one."""
    known = [[name for mark, name in names if re.search(rf"\b{mark}", user_agent)] for names in (_BROWSERS, _SYSTEMS)]
    return " · ".join(found[0] for found in known if found)


def sign_ins(members: Sequence[Membership], restaurant_id: int) -> dict[int, list[SignIn]]:
    """Return {membership: places} of members of a restaurant. Two queries, however many members."""
    by_staff = {member.staff_id: member for member in members}
    found: dict[int, list[SignIn]] = {member.pk: [] for member in members}
    for staff_id, place in _browsers(by_staff, restaurant_id):
        found[by_staff[staff_id].pk].append(place)
    running = TabletSession.objects.of_restaurant(restaurant_id).running().filter(membership__in=found)
    now = timezone.now()
    for session in running.with_person():
        if session.gives_rights(now):
            found[session.membership_id].append(SignIn(session.device.name, session.started_at))
    return found


def _browsers(by_staff: dict[int, Membership], restaurant_id: int) -> Iterable[tuple[int, SignIn]]:
    """Return the browsers' sessions that still work, the newest first."""
    store = SessionStore()
    rows = Session.objects.filter(expire_date__gt=timezone.now()).order_by("-expire_date")
    for encoded in rows.values_list("session_data", flat=True)[:MOST_SESSIONS]:
        data = store.decode(encoded)
        if data.get(SESSION_RESTAURANT) != restaurant_id or not str(data.get(SESSION_KEY, "")).isdecimal():
            continue
        member = by_staff.get(int(data[SESSION_KEY]))
        if member is None or not member.is_active or not member.staff.is_active:
            continue
        if constant_time_compare(data.get(HASH_SESSION_KEY, ""), member.staff.get_session_auth_hash()):
            since = parse_datetime(data.get(SESSION_SINCE, ""))
            yield member.staff_id, SignIn(data.get(SESSION_BROWSER) or _("A browser"), since)
