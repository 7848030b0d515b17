"""Services for what managers do with webhooks. Each change takes the webhook away from a process that works on it."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Event, FeedHead
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.webhooks import events
from bistro.webhooks.addresses import checked_url
from bistro.webhooks.models import Hook
from bistro.webhooks.signing import OLD_SECRET_WORKS, secret_of
from bistro.webhooks.topics import TOPICS
from bistro.webhooks.transitions import HookStatus, move_hooks

MOST_HOOKS = 20  # of a restaurant
DESCRIBED = ("name", "url", "personal", *TOPICS)  # fields of `_describe`


def add_hook(*, name: str, url: str, topics: Collection[str], personal: bool = False, actor: Actor) -> tuple[Hook, str]:
    """Create a webhook for events from now on, and return it with its secret, which is shown once.

    Locks: restaurant. Raises NotPermitted, InvalidInput (`bad_address`, `too_many_webhooks`, `no_topic`).
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)  # so that two that are added together count each other
        if Hook.objects.of_restaurant(work.restaurant_id).count() >= MOST_HOOKS:
            words = _("There are %(count)s webhooks already. Remove one first.") % {"count": MOST_HOOKS}
            raise InvalidInput(words, code="too_many_webhooks")
        hook = Hook(restaurant_id=work.restaurant_id, seq=_head(work), due_at=work.now, created_at=work.now)
        _describe(hook, name, url, topics, personal)
        hook.save(force_insert=True)
        work.record(events.HookAdded(hook=hook))
    return hook, secret_of(hook.uid, hook.secret_number)


def change_hook(
    *, hook_id: int, name: str, url: str, topics: Collection[str], personal: bool = False, actor: Actor
) -> Hook:
    """Change name, address and choice of events, and try again at once. Locks: webhook. Raises as `add_hook`."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        hook = _taken_away(hook_id, actor)
        _describe(hook, name, url, topics, personal)
        hook.due_at = work.now
        hook.save(update_fields=[*DESCRIBED, "due_at"])
        work.record(events.HookChanged(hook=hook))
    return hook


def rotate_secret(*, hook_id: int, actor: Actor) -> tuple[Hook, str]:
    """Make a new secret and return it; it is shown once. The old one signs too for a day. Locks: webhook."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        hook = _taken_away(hook_id, actor)
        hook.secret_number += 1
        hook.old_secret_until = work.now + OLD_SECRET_WORKS
        hook.save(update_fields=["secret_number", "old_secret_until"])
        work.record(events.SecretRotated(hook=hook))
    return hook, secret_of(hook.uid, hook.secret_number)


def pause_hook(*, hook_id: int, actor: Actor) -> Hook:
    """Send nothing until a person resumes. Events wait in the log. Locks: webhook. Raises LostRace if it is paused."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        hook = _taken_away(hook_id, actor)
        _move(hook, [HookStatus.ON, HookStatus.STOPPED], HookStatus.PAUSED)
        work.record(events.HookPaused(hook=hook))
    return hook


def resume_hook(*, hook_id: int, actor: Actor) -> Hook:
    """Send again from where the webhook was. Locks: webhook. Raises LostRace if it is on."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        hook = _taken_away(hook_id, actor)
        fresh = {"failures": 0, "failing_since": None, "due_at": work.now}
        _move(hook, [HookStatus.PAUSED, HookStatus.STOPPED], HookStatus.ON, **fresh)
        work.record(events.HookResumed(hook=hook))
    return hook


def set_position(*, hook_id: int, seq: int | None = None, since: datetime | None = None, actor: Actor) -> Hook:
    """Continue after event `seq`, or with the first event at or after `since`: send events again, or leave some out.

    Locks: webhook. Raises InvalidInput for a number beyond the log.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        hook = _taken_away(hook_id, actor)
        head = _head(work)
        wanted = _before(since, work, head) if since is not None else seq
        if wanted is None or not 0 <= wanted <= head:
            words = _("The log has the numbers 0 to %(head)s.") % {"head": head}
            raise InvalidInput(words, code="bad_position", fields={"seq": [words]})
        hook.seq, hook.due_at = wanted, work.now
        hook.save(update_fields=["seq", "due_at"])
        work.record(events.HookSetBack(hook=hook))
    return hook


def _taken_away(hook_id: int, actor: Actor) -> Hook:
    """Lock a webhook, and end the claim of the process that works on it. Raises NotYours."""
    hook: Hook | None = Hook.objects.visible_to(actor).filter(pk=hook_id).locked().first()
    if hook is None:
        raise NotYours(_("There is no such webhook."), code="webhook_not_found")
    hook.claims += 1
    hook.taken_until = None
    hook.save(update_fields=["claims", "taken_until"])
    return hook


def _describe(hook: Hook, name: str, url: str, topics: Collection[str], personal: bool) -> None:
    if not set(topics) & TOPICS.keys():
        raise InvalidInput(_("Choose at least one kind of event."), code="no_topic")
    hook.name, hook.url, hook.personal = clean_text(name)[:80], checked_url(url), personal
    for topic in TOPICS:
        setattr(hook, topic, topic in topics)


def _head(work: UnitOfWork) -> int:
    return FeedHead.objects.filter(pk=work.restaurant_id).values_list("seq", flat=True).first() or 0


def _before(since: datetime, work: UnitOfWork, head: int) -> int:
    """Return the number before the first event at or after a moment."""
    later = Event.objects.of_restaurant(work.restaurant_id).filter(at__gte=since).order_by("seq")
    first = later.values_list("seq", flat=True).first()
    return head if first is None else first - 1


def _move(hook: Hook, old: Collection[str], new: HookStatus, **fields: object) -> None:
    if move_hooks(Hook.objects.filter(pk=hook.pk), old, new, **fields) != 1:
        raise LostRace(_("Somebody else did this already."), code="webhook_moved")
    hook.refresh_from_db()
