"""The model of the service charge."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import short
from bistro.core.models import Restaurant
from menu.taxes import Components
from orders.service_charge import ServiceTerms


class ServiceRule(models.Model):
    """The service charge of a restaurant from an instant on, until the next row.

    A bill has the rule that was in force at its first order, so that a new one changes no earlier bill. Rows are never
    changed. `taxes` are the components of its own tax as they were then, null where each part is taxed as its dish.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    percent = models.DecimalField(
        _("percent"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(50))],
        help_text=_("Of what guests who eat in order, after comps and discounts. 0 = no service charge."),
    )
    from_size = models.PositiveSmallIntegerField(
        _("from this number of guests"),
        default=0,
        help_text=_("Smaller parties, and those of unknown size, pay none. 0 = everybody pays it."),
    )
    name = models.CharField(
        _("name"), max_length=40, default=_("Service charge"), help_text=_("As on the bill and the receipt.")
    )
    taxes = models.JSONField(null=True, editable=False, help_text='[{"name", "percent"}], null = as the dishes.')
    since = models.DateTimeField(_("since"), editable=False)
    made_by = models.CharField(max_length=120, editable=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("service charge")
        verbose_name_plural = _("service charge")
        ordering = ["-since", "-pk"]
        constraints = [
            models.CheckConstraint(name="service_percent_sane", condition=Q(percent__gte=0, percent__lte=50)),
        ]
        indexes = [models.Index(fields=["restaurant", "since"], name="service_rule_since")]

    def __str__(self) -> str:
        return f"{self.name} {short(self.percent)} %"

    @property
    def terms(self) -> ServiceTerms:
        """Return the terms as bills compute them."""
        taxes: Components | None = None
        if self.taxes is not None:
            taxes = tuple((each["name"], Decimal(each["percent"])) for each in self.taxes)
        return ServiceTerms(self.name, self.percent, taxes)

    def is_for(self, size: int | None) -> bool:
        """Return whether a party of this size pays it."""
        return bool(self.percent) and (not self.from_size or (size is not None and size >= self.from_size))
