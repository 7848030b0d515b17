"""The service to run after a backup was restored."""

from bistro.core.kernel.actors import Actor
from bistro.core.models import FeedEpoch
from bistro.core.models.feed import new_epoch
from bistro.core.writing.unit_of_work import UnitOfWork


def begin_new_history() -> str:
    """Give the event log a new epoch and return it.

    After a restore, sequence numbers that screens have seen are assigned again, so every screen and program must take a
    new snapshot. Harmless when repeated.
    """
    with UnitOfWork(Actor.system(None, "restore")):
        history, _ = FeedEpoch.objects.update_or_create(pk=1, defaults={"value": new_epoch()})
    return history.value
