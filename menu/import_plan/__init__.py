"""The plan of an import: what would be new, changed and unchanged, computed before anything is written.

`plan_import` compares imported dishes with the menu. The preview shows its result; `menu.services.import_menu` writes
the rows of the same result, so that both always agree.
"""

from menu.import_plan.planning import plan_import
from menu.import_plan.results import ImportPlan, PlannedChange, PlannedDish, Problem, State

__all__ = ["ImportPlan", "PlannedChange", "PlannedDish", "Problem", "State", "plan_import"]
