"""Lookups of tills and closings for an actor. A row of another restaurant is a 404, like a missing row."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotPermitted, NotYours
from bistro.core.kernel.roles import Permission
from orders.till.models import Closing, Till

LARGEST_ID = 2**63


def till_for(actor: Actor | None, pk: int) -> Till:
    """Return a till. Raises NotYours if it is missing, NotPermitted (`not_your_till`) for a colleague's."""
    till = Till.objects.visible_to(actor).select_related("holder").filter(pk=pk).first() if pk < LARGEST_ID else None
    if till is None or actor is None:
        raise no_till()
    require_own(till, actor)
    return till


def no_till() -> NotYours:
    """Return the refusal of a till that is missing."""
    return NotYours(_("There is no such till."), code="till_not_found")


def require_own(till: Till, actor: Actor) -> None:
    """Refuse the till of a colleague, except to people who close the day. Raises NotPermitted (`not_your_till`)."""
    own = till.holder_id is None or (actor.is_staff and till.holder_id == actor.id)
    if not own and not actor.may(Permission.CLOSE_DAY):
        raise NotPermitted(_("This is the till of a colleague."), code="not_your_till")


def closing_for(actor: Actor | None, pk: int) -> Closing:
    """Return a closing. Raises NotYours if it is missing or of another restaurant."""
    row = Closing.objects.visible_to(actor).filter(pk=pk).first() if pk < LARGEST_ID else None
    if row is None:
        raise NotYours(_("There is no such closing."), code="closing_not_found")
    return row
