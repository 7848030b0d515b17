from django.db import models

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Restaurant, Staff
from tables.models import Section


class Duty(models.Model):
    """A member of staff who serves a section on a business day. A section may have several, and a person several."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="duties")
    server = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", db_index=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "duties"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "day", "section", "server"], name="duty_once"),
        ]

    def __str__(self) -> str:
        return f"{self.server} in {self.section} on {self.day}"
