"""The service that sends a test to a webhook at once."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.roles import Permission
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.webhooks.events import HookTested
from bistro.webhooks.models import Delivery, Hook
from bistro.webhooks.payloads import TEST, trial_body
from bistro.webhooks.posting import Outcome, post
from bistro.webhooks.settling import note, writing
from bistro.webhooks.signing import signature

TESTS_AN_HOUR = 30


def send_test(*, hook_id: int, actor: Actor) -> Outcome:
    """Send a test, also to a webhook that is paused or stopped, and return its outcome. The cursor stays.

    Locks: restaurant. Raises NotPermitted, NotYours, InvalidInput (`too_many_tests`).
    """
    actor.require(Permission.MANAGE)
    restaurant = restaurant_of(actor)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)  # so that tests at the same moment count each other
        hook: Hook | None = Hook.objects.visible_to(actor).filter(pk=hook_id).first()
        if hook is None:
            raise NotYours(_("There is no such webhook."), code="webhook_not_found")
        tests = Delivery.objects.visible_to(actor).filter(seq=None, at__gt=work.now - timedelta(hours=1))
        if tests.count() >= TESTS_AN_HOUR:
            raise InvalidInput(_("Too many tests. Try again in an hour."), code="too_many_tests")
        work.record(HookTested(hook=hook))
        now = work.now
    body = trial_body(restaurant, now)
    data = dumps(body).encode()
    outcome = post(hook.url, data, {"Bistro-Signature": signature(hook, data, now), "Bistro-Event": body["id"]})
    with writing(restaurant.pk):
        if Hook.objects.filter(pk=hook.pk).exists():
            note(hook, None, TEST, "sent", outcome, timezone.now())
    return outcome
