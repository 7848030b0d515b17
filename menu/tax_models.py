"""Models of tax: what a dish points to, and its named components."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import short
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.models import Restaurant

NO_PLUS = RegexValidator(r"^[^+]*$", _("Leave out “+”, which separates taxes in files."))
PERCENT = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))]


class Tax(models.Model):
    """A tax that dishes have, e.g. `Food` or `GST + QST`. One is the restaurant's default.

    Its components say what is paid. A tax without components is no tax.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="taxes")
    name = models.CharField(max_length=120)
    is_default = models.BooleanField(
        _("default tax"), default=False, help_text=_("Dishes without a tax of their own have this one.")
    )
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("taxes")
        ordering = ["restaurant", "name"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "name"], name="tax_name_once"),
            models.UniqueConstraint(fields=["restaurant"], condition=Q(is_default=True), name="tax_default_once"),
        ]

    def __str__(self) -> str:
        return self.name


class TaxComponent(models.Model):
    """A named percentage of a tax, for one kind of order or for every kind, valid from a date or always.

    In force are the components of the order's kind, else those of every kind; of these the ones with the latest date
    up to the business day (`menu.taxes.CompiledTax`).
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="tax_components")
    tax = models.ForeignKey(Tax, on_delete=models.CASCADE, related_name="components")
    name = models.CharField(max_length=40, validators=[NO_PLUS], help_text=_("As on the receipt, e.g. VAT or GST."))
    percent = models.DecimalField(max_digits=7, decimal_places=4, validators=PERCENT)
    order_kind = models.CharField(
        max_length=9, choices=OrderKind.choices, blank=True, help_text=_("Blank = every kind of order.")
    )
    valid_from = models.DateField(
        null=True,
        blank=True,
        help_text=_("First business day. From then on it replaces the earlier ones. Blank = always."),
    )
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["tax", "order_kind", "valid_from", "name", "pk"]
        constraints = [
            models.CheckConstraint(name="tax_percent_sane", condition=Q(percent__gte=0, percent__lte=100)),
            models.CheckConstraint(name="tax_kind_known", condition=Q(order_kind__in=["", *OrderKind.values])),
            models.UniqueConstraint(
                fields=["tax", "order_kind", "name"], condition=Q(valid_from=None), name="tax_component_always_once"
            ),
            models.UniqueConstraint(fields=["tax", "order_kind", "valid_from", "name"], name="tax_component_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {short(self.percent)} %"
