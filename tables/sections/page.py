"""The content of the page that divides the sections."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.models import Membership, Staff
from tables.models import Section
from tables.sections.balance import Load, next_server, read_loads
from tables.sections.services import SERVING_ROLES


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff who can serve, and whether this section is theirs."""

    id: int
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A section with those who can serve it, and who gets its next guests."""

    section: Section
    people: Sequence[Person]
    next: Load | None


@dataclass(frozen=True, slots=True)
class SectionsPage:
    """The sections, and the guests of each server on duty, the next one first."""

    parts: Sequence[Part]
    loads: Sequence[Load]


def read_sections(actor: Actor) -> SectionsPage:
    """Return the page for today. Five queries."""
    loads = read_loads(restaurant_of(actor), timezone.now())
    chosen = {(section, load.server) for load in loads for section in load.sections}
    staff = serving_staff(actor)
    parts = [
        Part(
            section,
            [Person(each.pk, each.get_full_name(), (section.pk, each.pk) in chosen) for each in staff],
            next_server(loads, section.pk) if loads else None,
        )
        for section in Section.objects.visible_to(actor)
    ]
    return SectionsPage(parts, loads)


def serving_staff(actor: Actor) -> list[Staff]:
    """Return the members of staff who can serve guests, by name."""
    rows = Membership.objects.visible_to(actor).active().filter(role__in=SERVING_ROLES).select_related("staff")
    return sorted((row.staff for row in rows), key=lambda staff: (staff.get_full_name().casefold(), staff.pk))
