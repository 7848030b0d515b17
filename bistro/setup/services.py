"""Services of the set-up. Each function is one unit of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotPermitted
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission, Role
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Membership, OpeningException, OpeningHours, Restaurant
from bistro.core.services.restaurants import change_settings, create_restaurant, join_restaurant
from bistro.core.writing.house_copies import HouseCopy
from bistro.core.writing.people_events import RestaurantCopied
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.setup.checklist import BY_KEY
from bistro.setup.events import StepSkipped
from bistro.setup.models import SkippedStep
from kitchen.setup_steps import copy_kitchen
from menu.house_copy import copy_menu
from menu.setup_steps import set_default_tax
from menu.steps import touch_menu
from menu.taxes import DishTax
from tables.bookings.house_copy import copy_booking_rules
from tables.setup_steps import copy_room


def skip_step(*, step: str, skip: bool, actor: Actor) -> None:
    """Skip an optional step, or want it after all. A second call changes nothing. Raises InvalidInput, NotPermitted."""
    actor.require(Permission.MANAGE)
    if BY_KEY[step].required and not BY_KEY[step].may_skip:
        raise InvalidInput(
            gettext("This step cannot be skipped: no restaurant works without it."), code="step_required"
        )
    with UnitOfWork(actor) as work:
        here = SkippedStep.objects.of_restaurant(work.restaurant_id).filter(step=step)
        if skip:
            _row, changed = here.get_or_create(restaurant_id=work.restaurant_id, step=step)
        else:
            changed = here.delete()[0] > 0
        if changed:
            work.record(StepSkipped(restaurant_id=work.restaurant_id, step=step, skipped=skip))


def save_restaurant(*, values: Mapping[str, Any], actor: Actor) -> Restaurant:
    """Change settings of the restaurant; `values` are its columns. Locks: restaurant.

    Raises InvalidInput, for example for another currency while there are dishes; NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        return change_settings(values, work)


def copy_restaurant(*, name: str, actor: Actor) -> Restaurant:
    """Open another restaurant with the menu, kitchen, room and rules of the actor's, and make the actor its owner.

    People, devices, printers, guests and orders are not copied, nor the address and the phone number. 86 and counted
    portions do not apply to the copy. Locks: restaurant. Raises InvalidInput for a name that is empty, too long or
    another of the actor's houses; NotPermitted for a person who is no owner.
    """
    actor.require(Permission.MANAGE)
    if Role.OWNER not in actor.roles or actor.id is None:
        raise NotPermitted(gettext("Only an owner can copy the restaurant."))
    with UnitOfWork(actor) as work:
        source = lock_restaurant(work)
        _refuse_taken_name(name, actor.id)
        copied = create_restaurant(name, {field: getattr(source, field) for field in settings_of_house()}, work)
        copied.logo = source.logo.name  # both refer to one file, which stays while one of them does
        copied.save(update_fields=["logo"])
        join_restaurant(actor.id, Role.OWNER, work)
        copy = HouseCopy(source.pk, work)
        today = source.business_date(work.now)
        copy.copy(OpeningHours, SkippedStep)
        copy.copy_rows(copy.rows_of(OpeningException).filter(day__gte=today))
        for part in (copy_menu, copy_room, copy_booking_rules, copy_kitchen):
            part(copy)
        work.record(RestaurantCopied(restaurant=copied, source=source, rows=sum(map(len, copy.keys.values()))))
    return copied


NOT_COPIED = frozenset({"id", "uid", "name", "address", "phone", "logo", "version", "created_at"})


def settings_of_house() -> list[str]:
    """Return the columns of a restaurant that its copy gets."""
    return [field.name for field in Restaurant._meta.concrete_fields if field.name not in NOT_COPIED]


def _refuse_taken_name(name: str, staff_id: int) -> None:
    """Refuse the name of another of a person's houses, so that a second tap makes no second copy."""
    houses = Membership.objects.filter(staff_id=staff_id, is_active=True).values_list("restaurant__name", flat=True)
    if name_key(clean_text(name)) in set(map(name_key, houses)):
        message = gettext("You have a restaurant with this name. Choose another one.")
        raise InvalidInput(message, code="name_taken", fields={"name": [message]})


def choose_taxes(*, default: DishTax, others: Sequence[DishTax], tax_mode: str, actor: Actor) -> None:
    """Make one tax the default and add others, and say whether prices contain it. Taxes that exist stay.

    Locks: restaurant, its taxes. Raises NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        restaurant = change_settings({"tax_mode": tax_mode}, work)
        set_default_tax(default, others, restaurant.business_date(work.now), work)
        touch_menu(work, "taxes")
