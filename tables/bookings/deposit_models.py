"""The rules that say when a booking needs a deposit."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT
from bistro.core.models import Restaurant

WEEKDAYS = (
    (0, _("Mondays")),
    (1, _("Tuesdays")),
    (2, _("Wednesdays")),
    (3, _("Thursdays")),
    (4, _("Fridays")),
    (5, _("Saturdays")),
    (6, _("Sundays")),
)


class DepositRule(models.Model):
    """A deposit that guests pay for a booking. Blank conditions fit always; of several rules the highest one counts.

    Guests who cancel at least `refund_hours` before they were to come get it back. Otherwise, and when they do not
    come, the house keeps it. A booking whose deposit is not paid in `pay_minutes` is cancelled.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="deposit_rules")
    name = models.CharField(max_length=60, help_text=_("For you, for example Saturday evenings."))
    from_size = models.PositiveSmallIntegerField(_("from so many guests"), default=1, validators=[MinValueValidator(1)])
    weekday = models.PositiveSmallIntegerField(_("only on"), null=True, blank=True, choices=WEEKDAYS)
    day = models.DateField(_("only on this day"), null=True, blank=True, help_text=_("For example New Year's Eve."))
    starts = models.TimeField(_("arrival from"), null=True, blank=True)
    ends = models.TimeField(_("arrival before"), null=True, blank=True)
    amount = models.DecimalField(validators=[MinValueValidator(Decimal("0.01"))], **AMOUNT)
    per_guest = models.BooleanField(_("for each guest"), default=True)
    online_only = models.BooleanField(_("only bookings on the booking page"), default=True)
    refund_hours = models.PositiveSmallIntegerField(
        _("given back until so many hours before"), default=24, validators=[MaxValueValidator(720)]
    )
    pay_minutes = models.PositiveSmallIntegerField(
        _("minutes to pay"), default=30, validators=[MinValueValidator(5), MaxValueValidator(1440)]
    )
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="deposit_rule_amount", condition=Q(amount__gt=0, from_size__gte=1)),
            models.CheckConstraint(name="deposit_rule_weekday", condition=Q(weekday=None) | Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return self.name
