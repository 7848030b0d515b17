"""The model of the rule for tips."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.roles import STAFF_ROLES, Role
from bistro.core.models import Restaurant
from orders.billing.transitions import TipTo

MOST_POINTS = 100


def usual_points() -> dict[str, int]:
    """Return the points of each role without another rule: equal parts, and none for owners and managers."""
    return {role.value: int(role not in (Role.OWNER, Role.MANAGER)) for role in STAFF_ROLES}


class TipRule(models.Model):
    """The rule for the tips of a restaurant from an instant on, until the next row. Rows are never changed.

    `points` are those of each role, {role: points}: the pool of a day is divided among the people who worked in
    proportion to them.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    goes_to = models.CharField(
        _("a tip goes to"),
        max_length=6,
        choices=TipTo.choices,
        default=TipTo.PERSON,
        help_text=_(
            "The person who serves the guests, else the one who takes the payment; if there is none, the pool."
        ),
    )
    points = models.JSONField(default=usual_points, editable=False)
    since = models.DateTimeField(_("since"), editable=False)
    made_by = models.CharField(max_length=120, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule for tips")
        verbose_name_plural = _("rules for tips")
        ordering = ["-since", "-pk"]
        constraints = [models.CheckConstraint(name="tip_rule_known", condition=Q(goes_to__in=TipTo.values))]
        indexes = [models.Index(fields=["restaurant", "since"], name="tip_rule_since")]

    def __str__(self) -> str:
        return str(TipTo(self.goes_to).label)

    def points_of(self, role: str) -> int:
        """Return the points of a role."""
        points: dict[str, Any] = self.points
        return int(points.get(role, 0))
