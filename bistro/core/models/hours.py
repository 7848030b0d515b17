"""Opening hours: the services of each weekday, and days that are different."""

from django.db import models
from django.db.models import Q

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
        verbose_name_plural = "opening hours"
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "weekday", "opens"], name="opening_hours_once"),
            models.CheckConstraint(name="opening_hours_weekday_known", condition=Q(weekday__lte=6)),
        ]

    def __str__(self) -> str:
        return f"{self.opens:%H:%M} to {self.closes:%H:%M}"


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
