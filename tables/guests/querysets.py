"""QuerySets of guest profiles."""

from typing import Self

from django.db.models import Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from tables.guests.contacts import digits_of


class GuestQuerySet(TenantQuerySet):
    """QuerySet of guest profiles."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the profiles that the actor may see: those of people who seat guests."""
        rows = super().visible_to(actor)
        return rows if actor is not None and actor.may(Permission.SEAT_TABLE) else rows.none()

    def living(self) -> Self:
        """Filter profiles that were neither merged into another one nor erased."""
        return self.filter(merged_into=None, erased_at=None)

    def known_by(self, *, phone: str = "", email: str = "") -> Self:
        """Filter the rows with this phone number or e-mail address, also merged ones."""
        known = Q()
        if phone:
            known |= Q(phone=phone)
        if email:
            known |= Q(email=email)
        return self.filter(known) if known else self.none()

    def matching(self, typed: str) -> Self:
        """Filter the living profiles whose name, phone number or e-mail address contains what was typed."""
        number, found = digits_of(typed), Q(name_key__contains=name_key(typed))
        if "@" in typed or typed.isascii():
            found |= Q(email__contains=typed.strip().lower())
        if len(number.lstrip("+0")) >= 3 and number.lstrip("+").isdigit():
            found |= Q(phone__contains=number.lstrip("+").removeprefix("0"))
        return self.living().filter(found)
