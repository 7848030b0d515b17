"""Card readers of a provider: devices that the waiter starts from the bill."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Restaurant


class CardReader(models.Model):
    """A card reader that Stripe Terminal drives from its servers. `reader_id` is its id there.

    One that is `off` is offered on no bill; payments keep their reader.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=40)
    reader_id = models.CharField(_("reader's id"), max_length=80, help_text=_("In Stripe's dashboard: tmr_…"))
    off = models.BooleanField(_("not in use"), default=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("card reader")
        verbose_name_plural = _("card readers")
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "name"], name="reader_name_once"),
            models.UniqueConstraint(fields=["reader_id"], name="reader_id_once"),
        ]

    def __str__(self) -> str:
        return self.name
