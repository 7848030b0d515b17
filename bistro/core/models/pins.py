"""PINs of members, wrong tries of them, and the sessions that a PIN opens on a shared tablet."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.models.devices import Device
from bistro.core.models.people import Membership
from bistro.core.models.restaurants import Restaurant


class Pin(models.Model):
    """The PIN of one member in one restaurant, stored by a slow password hasher."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="pins")
    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="pin")
    hash = models.CharField(max_length=200, editable=False)
    one_time_until = models.DateTimeField(
        null=True, editable=False, help_text="End of a manager's one-time PIN, which the member must replace."
    )
    set_at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    def __str__(self) -> str:
        return f"PIN of {self.membership}"


class PinTries(models.Model):
    """The tries of one member's PIN from one place: a tablet (`device:4`) or a login (`staff:7`).

    A try counts before its PIN is checked, so that simultaneous guesses have no more tries than guesses in a row.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="pin_tries")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="pin_tries", db_index=False)
    place = models.CharField(max_length=40)
    tries = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "place"], name="pin_tries_once")]

    def __str__(self) -> str:
        return f"{self.tries} tries at {self.place}"


class TabletSessionQuerySet(TenantQuerySet):
    """Reading vocabulary of sessions on tablets."""

    def running(self) -> "TabletSessionQuerySet":
        """Return the sessions that nobody has ended. One that was idle for too long is among them."""
        return self.filter(ended_at=None)

    def with_person(self) -> "TabletSessionQuerySet":
        """Join everything that decides whether a session still gives its rights."""
        return self.select_related("restaurant", "device", "membership__staff", "membership__pin")


class TabletSession(models.Model):
    """The time of one person on a shared tablet: from the PIN until somebody locks it, or nobody touches it."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="tablet_sessions")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="tablet_sessions")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tablet_sessions")
    login_version = models.PositiveIntegerField(
        editable=False, help_text="Copied from the login; the session ends when the login's sessions are ended."
    )
    started_at = models.DateTimeField()
    used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    objects = TabletSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["device"], condition=Q(ended_at=None), name="tablet_session_one_running"),
        ]
        # For the sweep over all restaurants.
        indexes = [models.Index(fields=["used_at"], condition=Q(ended_at=None), name="tablet_session_running")]

    def __str__(self) -> str:
        return f"{self.membership} on {self.device}"

    def is_idle(self, now: datetime) -> bool:
        """Return whether nobody has touched the tablet for as long as the restaurant allows."""
        return now - self.used_at >= timedelta(minutes=self.restaurant.tablet_idle_minutes)

    def gives_rights(self, now: datetime) -> bool:
        """Return whether the person may act: still a member with a PIN, not signed out everywhere, not idle."""
        member, staff, device = self.membership, self.membership.staff, self.device
        at_work = member.is_active and staff.is_active and staff.version == self.login_version
        works = device.revoked_at is None and device.locked_at is None
        return self.ended_at is None and at_work and works and hasattr(member, "pin") and not self.is_idle(now)

    @property
    def person(self) -> Actor:
        """Return the actor of the person on the tablet: the role of the membership, and the device."""
        member, roles = self.membership, frozenset({self.membership.role})
        name = member.staff.get_full_name()
        return Actor("staff", member.staff_id, self.restaurant_id, roles, self.device_id, name, member.staff.language)

    @property
    def needs_new_pin(self) -> bool:
        """Return whether the person came with a one-time PIN and must choose another before any work."""
        return self.membership.pin.one_time_until is not None
