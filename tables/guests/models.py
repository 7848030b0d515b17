from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.kernel.ids import uuid7
from bistro.core.kernel.names import NameKeyField
from bistro.core.models import Restaurant
from tables.guests.querysets import GuestQuerySet


class Guest(models.Model):
    """The profile of a person who is known by phone or e-mail.

    A profile that was merged keeps its contacts, so that the person is still found by them; `merged_into` has the
    history. An erased profile has no personal data left, and keeps its counts. `consent_at` says when the person agreed
    that the restaurant keeps the profile for later visits.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="guests")
    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120, blank=True)
    name_key = NameKeyField()
    phone = models.CharField(max_length=16, blank=True)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    language = models.CharField(max_length=10, blank=True)
    allergies = models.CharField(max_length=300, blank=True)
    notes = models.CharField(max_length=1000, blank=True)
    consent_at = models.DateTimeField(null=True, blank=True)
    consent_by = models.CharField(max_length=120, blank=True, help_text="Who recorded the consent.")
    visits = models.PositiveIntegerField(default=0)
    no_shows = models.PositiveIntegerField(default=0)
    last_visit_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged", db_index=False)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    objects = GuestQuerySet.as_manager()

    class Meta:
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "phone"], condition=~Q(phone=""), name="guest_phone_once"),
            models.UniqueConstraint(fields=["restaurant", "email"], condition=~Q(email=""), name="guest_email_once"),
        ]
        indexes = [
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="guest_merged"),
        ]

    def __str__(self) -> str:
        return f"guest {self.pk}"  # without the name, because it appears in logs

    @property
    def label(self) -> str:
        """Return the name, or else the phone number or e-mail address, for pages."""
        return self.name or self.phone or self.email
