"""Services of shared tablets: a person comes with a PIN, and leaves by locking it, by a change of person, or unseen."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotPermitted
from bistro.core.models import Device, TabletSession
from bistro.core.services.pin_proofs import prove_pin
from bistro.core.writing.pin_events import TabletEntered
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.tablet_steps import end_sessions
from bistro.core.writing.unit_of_work import UnitOfWork

SHORTEST_IDLE = timedelta(minutes=1)  # the smallest setting of a restaurant


def enter_tablet(*, membership_id: int, pin: str, actor: Actor) -> TabletSession:
    """Begin the session of a member on the actor's tablet. The session of the person before ends.

    Locks: device. Raises NotPermitted for anything but a shared tablet, and what `prove_pin` raises.
    """
    device_id = _tablet_of(actor)
    member = prove_pin(membership_id=membership_id, pin=pin, actor=actor)
    with UnitOfWork(actor) as work:
        tablets = Device.objects.of_restaurant(work.restaurant_id).live().unlocked()
        tablet = tablets.filter(pk=device_id, kind=Device.Kind.TABLET).locked().first()
        if tablet is None:
            raise _no_tablet()
        end_sessions("changed", work, Q(device=tablet))
        session = TabletSession.objects.create(
            restaurant_id=work.restaurant_id,
            device=tablet,
            membership=member,
            login_version=member.staff.version,
            started_at=work.now,
            used_at=work.now,
        )
        work.record(TabletEntered(session=session), actor=session.person)
    return session


def lock_tablet(*, actor: Actor) -> None:
    """End the session on the actor's tablet, if there is one. Raises NotPermitted for anything but a tablet."""
    device_id = _tablet_of(actor)
    with UnitOfWork(actor) as work:
        end_sessions("locked", work, Q(device_id=device_id))


def lock_idle_tablets(*, now: datetime) -> int:
    """End the sessions of tablets that nobody has touched for as long as their restaurant allows.

    Costs one query if no tablet is in use or all are touched. Runs as a sweep.
    """
    quiet = TabletSession.objects.running().filter(used_at__lte=now - SHORTEST_IDLE).select_related("restaurant")
    idle: dict[int, list[int]] = defaultdict(list)
    for session in quiet.order_by():
        if session.is_idle(now):
            idle[session.restaurant_id].append(session.pk)
    return in_each(idle, _lock_idle)


def _lock_idle(restaurant_id: int, session_ids: Sequence[int]) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "idle tablet")) as work:
        return end_sessions("idle", work, Q(pk__in=session_ids))


def note_used(*, session_ids: Collection[int]) -> None:
    """Set `used_at` of the sessions whose tablets were touched just now. Records no event."""
    # Without a unit of work, like `devices.note_seen`.
    TabletSession.objects.running().filter(pk__in=session_ids).update(used_at=timezone.now())


def _tablet_of(actor: Actor) -> int:
    if actor.device_id is None:
        raise _no_tablet()
    return actor.device_id


def _no_tablet() -> NotPermitted:
    return NotPermitted(gettext("A PIN signs in on a shared tablet only. Use your password here."))
