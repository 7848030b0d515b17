from django.db import models

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Restaurant


class SkippedStep(models.Model):
    """A step of the set-up that the restaurant does without. Whether a step is done is read from its data instead."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="skipped_steps", db_index=False)
    step = models.CharField(max_length=20)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["restaurant", "step"], name="skipped_step_once")]

    def __str__(self) -> str:
        return self.step
