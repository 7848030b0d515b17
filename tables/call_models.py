"""The model of service calls."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.models import Restaurant, Staff
from tables.models import Party, Table
from tables.querysets import CallQuerySet
from tables.transitions import CallReason, Escalation


class ServiceCall(models.Model):
    """A call of guests for staff, from the pad of a table. Each reason has at most one open call at a table.

    A call is open until somebody closes it. It rings again, with a higher `rings`, until somebody takes it. A call that
    nobody takes is shown to everybody on the floor since `escalated_at`, and is an alarm since `alarmed_at`; both stay
    for the reports. `number` counts the calls of the party, also those that it withdrew.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="service_calls")
    table = models.ForeignKey(Table, on_delete=models.PROTECT, related_name="service_calls")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="service_calls")
    reason = models.CharField(max_length=6, choices=CallReason.choices)
    number = models.PositiveIntegerField(default=1)
    by = models.CharField(_("called by"), max_length=120, help_text="Name for people: Pad 3, …")
    at = models.DateTimeField()
    rings = models.PositiveIntegerField(default=1)
    last_rung_at = models.DateTimeField(_("last rung at"))
    escalated_at = models.DateTimeField(_("shown to everybody at"), null=True)
    alarmed_at = models.DateTimeField(_("alarm at"), null=True)
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    taken_by_name = models.CharField(_("taken by"), max_length=120, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by_name = models.CharField(_("closed by"), max_length=120, blank=True)
    withdrawn = models.BooleanField(default=False, help_text="The guests closed it themselves.")
    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="call_reason_known", condition=Q(reason__in=CallReason.values)),
            models.UniqueConstraint(fields=["table", "reason"], condition=Q(closed_at=None), name="call_open_once"),
            models.CheckConstraint(
                name="call_alarm_is_second", condition=Q(alarmed_at=None) | Q(escalated_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["restaurant", "at"], name="call_open", condition=Q(closed_at=None)),
            # For the report of a day.
            models.Index(fields=["restaurant", "at"], name="call_time"),
            # For the sweep over all restaurants.
            models.Index(fields=["last_rung_at"], name="call_ringing", condition=Q(closed_at=None, taken_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} at {self.table}"

    @property
    def state(self) -> str:
        """Return `open`, `taken` or `closed`."""
        if self.closed_at is not None:
            return "closed"
        return "open" if self.taken_at is None else "taken"

    @property
    def waited_until(self) -> datetime | None:
        """Return the time until which the guests waited: somebody took the call, or it ended. None while it rings."""
        return self.taken_at or self.closed_at

    @property
    def escalation(self) -> Escalation:
        return Escalation((self.escalated_at is not None) + (self.alarmed_at is not None))
