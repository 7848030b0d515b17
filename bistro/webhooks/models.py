"""Webhooks: addresses of other programs to which events of the log are sent, and what became of each attempt."""

from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.ids import uuid7
from bistro.core.models import Restaurant
from bistro.webhooks.topics import TOPICS
from bistro.webhooks.transitions import HookStatus

LONGEST_ADDRESS = 500


class Trouble(models.TextChoices):
    """The reason why an event did not arrive, or perhaps not."""

    ADDRESS = "address", _("The address leads into a private network, which this server does not allow.")
    UNKNOWN_HOST = "unknown_host", _("The name of the server is not known.")
    UNREACHABLE = "unreachable", _("The server cannot be reached.")
    ENCRYPTION = "encryption", _("No encrypted connection could be made, or the certificate is not valid.")
    TIMEOUT = "timeout", _("The server did not answer in time.")
    LOST = "lost", _("The connection broke. The event may have arrived.")
    NONSENSE = "nonsense", _("The answer was not HTTP.")
    REDIRECT = "redirect", _("The server sent us to another address. Enter that address instead.")
    REFUSED = "refused", _("The server answered with an error.")
    GONE = "gone", _("The server said that nobody wants these events any more (410).")
    FAULT = "fault", _("Bistro failed to send the event.")


class HookQuerySet(TenantQuerySet):
    """Reading vocabulary of webhooks."""

    def waiting(self, now: object) -> "HookQuerySet":
        """Return the webhooks that are on and have unread events, whose pause is over, and that no process works on."""
        free = Q(taken_until=None) | Q(taken_until__lt=now)
        return self.filter(free, status=HookStatus.ON, due_at__lte=now, restaurant__feed__seq__gt=F("seq"))


class Hook(models.Model):
    """A webhook.

    `seq` is its cursor: the number of the last event that arrived or was of no interest. `claims` counts the processes
    that took it and names the one that may report; `taken_until` is the lease of that process. The secret is computed
    from the installation's key and `secret_number`, so that no table and no backup holds it.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+")
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=80, validators=[MinLengthValidator(1)])
    url = models.CharField(_("address"), max_length=LONGEST_ADDRESS)
    bookings = models.BooleanField(_("bookings"), default=True, help_text=_("Taken, changed, late, cancelled."))
    parties = models.BooleanField(_("parties"), default=True, help_text=_("Waiting, seated, moved, gone."))
    orders = models.BooleanField(_("orders"), default=False, help_text=_("Placed, edited, ready, delivered."))
    payments = models.BooleanField(_("bills and payments"), default=False, help_text=_("Shown, paid, refunded."))
    personal = models.BooleanField(
        _("with names and contacts of guests"),
        default=False,
        help_text=_("Without it, no event holds personal data. Whoever receives it must be able to erase it."),
    )
    status = models.CharField(_("state"), max_length=7, choices=HookStatus.choices, default=HookStatus.ON)
    secret_number = models.PositiveIntegerField(default=1, editable=False)
    old_secret_until = models.DateTimeField(null=True, editable=False)
    seq = models.BigIntegerField(_("last event"), editable=False)
    claims = models.BigIntegerField(default=0, editable=False)
    taken_until = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(_("next attempt"), help_text="Earliest time of the next attempt.", editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    arrived_at = models.DateTimeField(_("last arrival"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    objects = HookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.CheckConstraint(name="hook_status_known", condition=Q(status__in=HookStatus.values)),
            models.CheckConstraint(
                name="hook_has_topic",
                condition=Q(bookings=True) | Q(parties=True) | Q(orders=True) | Q(payments=True),
                violation_error_message=_("Choose at least one kind of event."),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="hook_waits", condition=Q(status="on"))]

    def __str__(self) -> str:
        return self.name

    @property
    def types(self) -> frozenset[str]:
        """Return the types of events that the webhook is about."""
        return frozenset[str]().union(*(types for topic, types in TOPICS.items() if getattr(self, topic)))


class Delivery(models.Model):
    """An attempt to send an event to a webhook. Without `seq` it was a test. Kept for some days."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+")
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries")
    seq = models.BigIntegerField(null=True)
    type = models.CharField(max_length=40)
    action = models.CharField(max_length=40)
    answer = models.PositiveSmallIntegerField(null=True, help_text="HTTP status, if there was an answer.")
    trouble = models.CharField(max_length=12, choices=Trouble.choices, blank=True)
    milliseconds = models.PositiveIntegerField()
    at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.CheckConstraint(name="delivery_trouble_known", condition=Q(trouble__in=["", *Trouble.values]))
        ]
        indexes = [models.Index(fields=["at"], name="delivery_age")]

    def __str__(self) -> str:
        return f"{self.type} {self.action}"
