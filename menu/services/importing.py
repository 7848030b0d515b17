"""The service that imports a menu, for the admin, the commands, the demo and the simulator."""

from collections.abc import Callable, Sequence
from typing import Any

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.import_plan import ImportPlan, plan_import
from menu.import_plan.writing import write_plan
from menu.imported import ImportedCategory
from menu.models import MenuVersion
from menu.steps import touch_menu

Finish = Callable[[ImportPlan, UnitOfWork], None]


def import_menu(
    *,
    categories: Sequence[ImportedCategory],
    actor: Actor,
    add_only: bool = False,
    new_stations: Sequence[str] = (),
    finish: Finish | None = None,
) -> ImportPlan:
    """Import dishes by name, and return what was new, changed and unchanged.

    The plan is made first, so that the lock is held only while its rows are written; it is made again if the menu has
    changed in between. Dishes and groups that are not named stay. With `add_only`, known dishes only get the choices
    that they lack. `new_stations` are created when a dish names them. A plan that changes nothing writes nothing. One
    problem refuses the whole import. `finish` runs in the same transaction after the last row.
    Locks: the menu's version. Raises InvalidInput with all problems by dish, DomainError, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    told = {"categories": categories, "actor": actor, "add_only": add_only, "new_stations": new_stations}
    plan = _valid_plan(**told)
    if not plan.rows and finish is None:
        return plan
    with UnitOfWork(actor) as work:
        if _locked_version(work) != plan.version:
            plan = _valid_plan(**told)
        if plan.rows:
            write_plan(plan, work)
            touch_menu(work, f"import: {plan.summary}")
        if finish is not None:
            finish(plan, work)
    return plan


def _valid_plan(**told: Any) -> ImportPlan:
    plan = plan_import(**told)
    plan.require_valid()
    return plan


def _locked_version(work: UnitOfWork) -> int:
    """Lock the menu's version and return it; 0 for a restaurant that has no menu yet."""
    MenuVersion.objects.get_or_create(pk=work.restaurant_id, defaults={"version": 0})
    return MenuVersion.objects.select_for_update().get(pk=work.restaurant_id).version
