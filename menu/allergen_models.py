"""Models of allergens: the catalogue of a restaurant, and what is stated about dishes and choices."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.names import NameKeyField
from bistro.core.models import Restaurant
from menu.allergens import Level, word_of

IS_CODE = RegexValidator(
    r"^[^\W_A-Z]+([- ][^\W_A-Z]+)*$", _("Use lower-case letters, digits, hyphens and single spaces.")
)


class Allergen(models.Model):
    """An entry of the restaurant's catalogue of allergens. `code` is its word in the API and never changes."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="allergens")
    code = models.CharField(max_length=40, validators=[IS_CODE], help_text="The word on tickets and in the API: nuts.")
    name = models.CharField(max_length=60)
    name_key = NameKeyField()
    position = models.PositiveIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["restaurant", "code"], name="allergen_code_once"),
            models.UniqueConstraint(
                fields=["restaurant", "name_key"], condition=Q(archived_at=None), name="allergen_name_once"
            ),
        ]

    def __str__(self) -> str:
        return word_of(self.name)


class AllergenStatement(models.Model):
    """A checked fact: a dish or a choice contains, may contain or is free of an allergen.

    Without a row the allergen is not stated. Only `menu.statements` writes these rows.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="allergen_statements")
    allergen = models.ForeignKey(Allergen, on_delete=models.CASCADE, related_name="statements")
    item = models.ForeignKey("menu.Item", on_delete=models.CASCADE, null=True, related_name="statements")
    modifier = models.ForeignKey("menu.Modifier", on_delete=models.CASCADE, null=True, related_name="statements")
    level = models.CharField(max_length=11, choices=Level.choices)
    checked_by = models.CharField(max_length=120, help_text="Name for people: Ana, menu.xlsx, …")
    checked_at = models.DateTimeField()
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["allergen__position", "pk"]
        constraints = [
            models.CheckConstraint(name="statement_level_known", condition=Q(level__in=Level.values)),
            models.CheckConstraint(
                name="statement_item_or_modifier",
                condition=Q(item__isnull=False, modifier=None) | Q(item=None, modifier__isnull=False),
            ),
            models.UniqueConstraint(fields=["item", "allergen"], name="statement_item_once"),
            models.UniqueConstraint(fields=["modifier", "allergen"], name="statement_modifier_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.allergen}"
