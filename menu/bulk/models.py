from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Restaurant


class BulkChange(models.Model):
    """A change of many dishes at once, which a person can undo.

    `kind` is the key of a kind of `BULK_CHANGES`. `rows` holds the dishes with their values before and after, in JSON
    and in words; `left` the names of those that an undo did not restore, because they were changed again.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="bulk_changes")
    kind = models.CharField(max_length=20)
    rows = models.JSONField(
        default=list, help_text='[{"id", "name", "before", "after", "before_words", "after_words"}]'
    )
    by = models.CharField(_("by"), max_length=120)
    at = models.DateTimeField(_("when"))
    undone_at = models.DateTimeField(_("undone at"), null=True)
    undone_by = models.CharField(_("undone by"), max_length=120, blank=True)
    left = models.JSONField(default=list)
    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("bulk change")
        verbose_name_plural = _("bulk changes")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["restaurant", "id"], name="bulk_change_list")]

    def __str__(self) -> str:
        return gettext("bulk change %(number)s") % {"number": self.pk}
