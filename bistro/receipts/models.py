from django.db import models

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Restaurant
from kitchen.printing.models import Printer
from orders.till.models import Till


class TillPrinter(models.Model):
    """The receipt printer that a till uses, and whether its cash is in the drawer of that printer.

    A till without a row uses the first receipt printer of the restaurant and its drawer. A wallet has no drawer.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="+", db_index=False)
    till = models.OneToOneField(Till, on_delete=models.CASCADE, related_name="printing")
    printer = models.ForeignKey(Printer, on_delete=models.SET_NULL, null=True, related_name="+")
    has_drawer = models.BooleanField(default=True)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"printer of {self.till}"
