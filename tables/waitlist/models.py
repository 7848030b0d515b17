import secrets

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bistro.core.models import Restaurant
from tables.guests.models import Guest
from tables.models import Party
from tables.waitlist.querysets import EntryQuerySet


def new_token() -> str:
    """Return the secret of the link with which guests see their place in the list."""
    return secrets.token_urlsafe(16)


class WaitlistEntry(models.Model):
    """The waiting of a party for a table.

    The quote, a range of minutes, is kept permanently, so that it can be compared with what happened. `guest` is the
    profile of the party, here once more so that a phone number waits at most once. `offers_missed` counts offered
    tables that the party did not take; such a party gets no more tables automatically. The link with `token` works
    until the entry is closed.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="waitlist", db_index=False)
    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="entry")
    guest = models.ForeignKey(Guest, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    arrived_at = models.DateTimeField()
    quoted_low = models.PositiveSmallIntegerField(_("quoted at least (minutes)"))
    quoted_high = models.PositiveSmallIntegerField(_("quoted at most (minutes)"))
    quoted_at = models.DateTimeField()
    offers_missed = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=40, default=new_token, unique=True, editable=False)
    closed_at = models.DateTimeField(null=True)
    removed = models.BooleanField(default=False, help_text="Taken off the list by a program, not shown any more.")
    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("waiting list")
        ordering = ["arrived_at", "pk"]
        constraints = [
            models.CheckConstraint(name="entry_quote_is_a_range", condition=Q(quoted_low__lte=F("quoted_high"))),
            models.UniqueConstraint(
                fields=["guest"], condition=Q(closed_at=None, guest__isnull=False), name="entry_guest_once"
            ),
        ]
        indexes = [
            models.Index(fields=["restaurant", "arrived_at"], condition=Q(closed_at=None), name="entry_open"),
            models.Index(fields=["restaurant", "closed_at"], name="entry_closed"),
        ]

    def __str__(self) -> str:
        return f"entry of {self.party}"
