"""Opening hours: the services of each weekday, and days that are different."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models.restaurants import Restaurant

LONGEST_REASON = 80
_TOGETHER = Q(opens__isnull=True, closes__isnull=True) | Q(opens__isnull=False, closes__isnull=False)


class OpeningHours(models.Model):
    """A service on a weekday, such as lunch on Mondays. Monday is 0.

    A service that closes at or before the time it opens ends on the next day.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="opening_hours", db_index=False)
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField()
    closes = models.TimeField()
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "weekday", "opens"], name="opening_hours_once"),
            models.CheckConstraint(name="opening_hours_weekday_known", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return gettext("%(opens)s to %(closes)s") % {"opens": f"{self.opens:%H:%M}", "closes": f"{self.closes:%H:%M}"}


class OpeningException(models.Model):
    """A service on a date, in place of the weekday's services. Without times the restaurant is closed on that date."""

    restaurant = models.ForeignKey(
        Restaurant, on_delete=models.CASCADE, related_name="opening_exceptions", db_index=False
    )
    day = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["day", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "day", "opens"], name="opening_exception_once"),
            models.UniqueConstraint(
                fields=["restaurant", "day"], condition=Q(opens=None), name="opening_exception_closed_once"
            ),
            models.CheckConstraint(name="opening_exception_whole", condition=_TOGETHER),
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"


def services_on(restaurant_id: int, day: date) -> list[str]:
    """Return the services of a date, such as `18:00 to 01:00`, in two queries at most. Empty: closed, or not stated."""
    different = list(OpeningException.objects.of_restaurant(restaurant_id).filter(day=day))
    if different:
        return [str(OpeningHours(opens=row.opens, closes=row.closes)) for row in different if row.opens and row.closes]
    return [str(row) for row in OpeningHours.objects.of_restaurant(restaurant_id).filter(weekday=day.weekday())]
