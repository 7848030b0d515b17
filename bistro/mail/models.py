"""The outbox: one row for each e-mail or text message."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.ids import uuid7
from bistro.core.models import Restaurant
from bistro.mail.transitions import MessageStatus


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class Trouble(models.TextChoices):
    """The reason why a message was not sent, or perhaps not."""

    ADDRESS = "address", _("The address or the text cannot be sent.")
    UNREACHABLE = "unreachable", _("The mail or SMS server cannot be reached.")
    TIMEOUT = "timeout", _("The mail or SMS server did not answer in time.")
    ENCRYPTION = "encryption", _("No encrypted connection to the mail or SMS server could be made.")
    LOGIN = "login", _("The mail or SMS server did not accept the user name, password or token.")
    BUSY = "busy", _("The mail or SMS server asked to try later.")
    REFUSED = "refused", _("The mail or SMS server refused the message.")
    LATE = "late", _("It was too late: what the message offers has expired.")
    LOST = "lost", _("The connection broke while the message was handed over. It may have arrived.")
    STOPPED = "stopped", _("Bistro stopped while the message was handed over. It may have arrived.")


class MessageQuerySet(TenantQuerySet):
    """Reading vocabulary of messages."""

    def troubled(self) -> "MessageQuerySet":
        """Return the messages that a manager must see: not sent, or perhaps not."""
        bad = Q(status__literal_exact=MessageStatus.FAILED) | Q(status__literal_exact=MessageStatus.UNKNOWN)
        return self.filter(bad)


class Message(models.Model):
    """A message to one person.

    `attempts` counts all claims and names the attempt that may report; `tries_left` ends the automatic ones.
    `taken_until` is the lease of the process that sends: when it ends without a report, nobody knows whether the
    message was sent. `subject` and `body` may hold one-time links, so they are erased once the message was sent.
    """

    class Kind(models.TextChoices):
        TEST = "test", _("Test")
        INVITATION = "invitation", _("Invitation")
        PASSWORD = "password", _("New password")
        RECEIPT = "receipt", _("Receipt")
        BOOKED = "booked", _("Booking")
        CHANGED = "changed", _("Booking changed")
        CANCELLED = "cancelled", _("Booking cancelled")
        REMINDER = "reminder", _("Reminder")
        READY = "ready", _("Table ready")

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+")
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices, default=Channel.EMAIL)
    to = models.CharField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=12)
    subject = models.CharField(max_length=200, blank=True)
    body = models.TextField(max_length=8000, blank=True)
    status = models.CharField(_("state"), max_length=9, choices=MessageStatus.choices, default=MessageStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    tries_left = models.PositiveSmallIntegerField()
    trouble = models.CharField(_("reason"), max_length=12, choices=Trouble.choices, blank=True)
    answer = models.CharField(_("answer of the server"), max_length=200, blank=True)
    sent_by = models.CharField(max_length=8, blank=True, help_text="smtp, http, or console without a server.")
    key = models.CharField(max_length=80, null=True, help_text="What the message tells, which is told once.")
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("next attempt"), help_text="Earliest time of the next attempt.")
    useless_at = models.DateTimeField(null=True, help_text="Time after which the message is not sent any more.")
    taken_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(name="message_status_known", condition=Q(status__in=MessageStatus.values)),
            models.CheckConstraint(name="message_channel_known", condition=Q(channel__in=Channel.values)),
            models.CheckConstraint(
                name="message_sending_has_lease", condition=~Q(status="sending") | Q(taken_until__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["restaurant", "key"], condition=Q(key__isnull=False), name="message_told_once"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="message_waits", condition=Q(status="queued")),
            models.Index(fields=["taken_until"], name="message_taken", condition=Q(status="sending")),
            models.Index(fields=["restaurant"], name="message_failed", condition=Q(status="failed")),
            models.Index(fields=["restaurant"], name="message_unknown", condition=Q(status="unknown")),
            models.Index(fields=["created_at"], name="message_age"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.to}"
