"""Steps that end the sessions of people on shared tablets."""

from django.db.models import Q

from bistro.core.models import TabletSession
from bistro.core.writing.pin_events import TabletLeft
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction


def end_sessions(why: str, work: UnitOfWork, which: Q) -> int:
    """End the running sessions of the unit's restaurant that the condition finds, and return their number.

    One UPDATE decides for each session, so that it ends once.
    """
    require_transaction()
    running = TabletSession.objects.of_restaurant(work.restaurant_id).running()
    ended = 0
    for session in running.filter(which).with_person().order_by("pk"):
        if running.filter(pk=session.pk, used_at=session.used_at).update(ended_at=work.now):
            work.record(TabletLeft(session=session, why=why), actor=session.person)
            ended += 1
    return ended
