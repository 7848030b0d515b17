"""Services of the set-up. Each function is one unit of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.services.restaurants import change_settings
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.setup.checklist import BY_KEY
from bistro.setup.events import StepSkipped
from bistro.setup.models import SkippedStep
from menu.setup_steps import set_default_tax
from menu.steps import touch_menu
from menu.taxes import DishTax


def skip_step(*, step: str, skip: bool, actor: Actor) -> None:
    """Skip an optional step, or want it after all. A second call changes nothing. Raises InvalidInput, NotPermitted."""
    actor.require(Permission.MANAGE)
    if BY_KEY[step].required and not BY_KEY[step].may_skip:
        raise InvalidInput("This step cannot be skipped: no restaurant works without it.", code="step_required")
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


def choose_taxes(*, default: DishTax, others: Sequence[DishTax], tax_mode: str, actor: Actor) -> None:
    """Make one tax the default and add others, and say whether prices contain it. Taxes that exist stay.

    Locks: restaurant, its taxes. Raises NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        restaurant = change_settings({"tax_mode": tax_mode}, work)
        set_default_tax(default, others, restaurant.business_date(work.now), work)
        touch_menu(work, "taxes")
