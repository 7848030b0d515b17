"""Services that divide the sections among the servers of an evening. Each function is one unit of work."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import PERMISSIONS, Permission, Role
from bistro.core.models import Membership
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.models import Section
from tables.sections.events import SectionsGiven
from tables.sections.models import Duty

SERVES = frozenset({Permission.SEAT_TABLE, Permission.PLACE_ANYWHERE})
SERVING_ROLES = [role.value for role in Role if PERMISSIONS[role] >= SERVES]


def give_sections(*, servers: Mapping[int, Collection[int]], actor: Actor) -> None:
    """Say who serves which section today, in place of what was said before.

    `servers` maps sections to members of staff. Locks: restaurant. Raises InvalidInput (`unknown_section`,
    `unknown_server`), NotPermitted.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)  # so that two hosts who save together do not mix
        wanted = {section: sorted(set(people)) for section, people in servers.items() if people}
        _require_known(wanted, work)
        _replace(wanted, work)


def give_as_last_time(*, actor: Actor) -> None:
    """Divide the sections as on the last day on which somebody did. Who does not work here any more is left out.

    Locks: restaurant. Raises InvalidInput (`no_earlier_day`), NotPermitted.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        today = restaurant_by_id(work.restaurant_id).business_date(work.now)
        rows = Duty.objects.of_restaurant(work.restaurant_id).filter(day__lt=today)
        last = rows.order_by("-day").values_list("day", flat=True).first()
        if last is None:
            raise InvalidInput(_("The sections were never divided before."), code="no_earlier_day")
        here = _people(work)
        wanted: dict[int, list[int]] = {}
        for section, server in rows.filter(day=last).values_list("section_id", "server_id"):
            if server in here:
                wanted.setdefault(section, []).append(server)
        _replace(wanted, work)


def _people(work: UnitOfWork) -> set[int]:
    """Return the members of staff who can serve."""
    members = Membership.objects.of_restaurant(work.restaurant_id).active().filter(role__in=SERVING_ROLES)
    return set(members.values_list("staff_id", flat=True))


def _require_known(wanted: Mapping[int, Collection[int]], work: UnitOfWork) -> None:
    sections = set(Section.objects.of_restaurant(work.restaurant_id).values_list("pk", flat=True))
    if not wanted.keys() <= sections:
        raise InvalidInput(_("There is no such section."), code="unknown_section")
    if not {server for people in wanted.values() for server in people} <= _people(work):
        raise InvalidInput(_("Only waiters and managers serve guests."), code="unknown_server")


def _replace(wanted: Mapping[int, Collection[int]], work: UnitOfWork) -> None:
    day = restaurant_by_id(work.restaurant_id).business_date(work.now)
    Duty.objects.of_restaurant(work.restaurant_id).filter(day=day).delete()
    Duty.objects.bulk_create(
        Duty(restaurant_id=work.restaurant_id, day=day, section_id=section, server_id=server)
        for section, people in wanted.items()
        for server in people
    )
    work.record(SectionsGiven(day=day, servers={section: list(people) for section, people in wanted.items()}))
