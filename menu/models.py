from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import short
from bistro.core.kernel.names import NameKeyField
from bistro.core.models import Restaurant
from menu.querysets import PauseQuerySet

NOT_NEGATIVE = [MinValueValidator(Decimal("0.00"))]


class MenuVersion(models.Model):
    """One number that rises with every change of the menu, and one for what is sold out.

    Compiled menus and ETags hang on `version`; portions left and 86 only move `availability` (DECISIONS 23). A pause
    moves `pauses` as well: who sells counted portions all evening does not read the pauses for each.
    """

    restaurant = models.OneToOneField(Restaurant, on_delete=models.CASCADE, primary_key=True, related_name="menu")
    version = models.PositiveBigIntegerField(default=1)
    availability = models.PositiveBigIntegerField(default=1)
    pauses = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"v{self.version}.{self.availability}"


class TaxRate(models.Model):
    """A rate of tax, e.g. `Food 10 %`. One is the restaurant's default."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="tax_rates")
    name = models.CharField(max_length=40)
    percent = models.DecimalField(max_digits=5, decimal_places=2, validators=NOT_NEGATIVE)
    is_default = models.BooleanField(default=False)
    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["restaurant", "percent"]
        constraints = [
            models.CheckConstraint(name="tax_percent_sane", condition=Q(percent__gte=0, percent__lte=100)),
            models.UniqueConstraint(fields=["restaurant", "name"], name="tax_name_once"),
            models.UniqueConstraint(fields=["restaurant"], condition=Q(is_default=True), name="tax_default_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({short(self.percent)} %)"


class Category(models.Model):
    """A part of the menu, in the order guests read it. `course` is what its items are served as by default."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="categories")
    name = models.CharField(max_length=80)
    name_key = NameKeyField()
    course = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restaurant", "name_key"], condition=Q(archived_at=None), name="category_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A dish or drink. 86: `off_since` takes it off for now; `portions_left` counts down to the same."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="items")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="items")
    name = models.CharField(max_length=120)
    name_key = NameKeyField()
    description = models.CharField(max_length=400, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, validators=NOT_NEGATIVE)
    tax_rate = models.ForeignKey(TaxRate, on_delete=models.PROTECT, null=True, blank=True, related_name="items")
    prep_minutes = models.PositiveSmallIntegerField(default=10)
    soon_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Minutes until a ticket is marked “soon” (S). Blank = same as the station."
    )
    late_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Minutes until a ticket is marked “late” (!). Blank = same as the station."
    )
    allergens = models.JSONField(default=list, blank=True, help_text="Allergens in the dish, e.g. nuts, milk.")
    diets = models.JSONField(default=list, blank=True, help_text="e.g. vegetarian, vegan.")
    image = models.ImageField(upload_to="menu/", blank=True)
    popular = models.BooleanField(default=False)
    off_since = models.DateTimeField(null=True, blank=True, help_text="86: off the menu for now.")
    portions_left = models.PositiveIntegerField(null=True, blank=True, help_text="Blank = not counted.")
    position = models.PositiveIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["portions_left", "position"])

    class Meta:
        ordering = ["category__position", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restaurant", "name_key"], condition=Q(archived_at=None), name="item_name_once"
            ),
            models.CheckConstraint(name="item_price_not_negative", condition=Q(price__gte=0)),
            models.CheckConstraint(
                name="item_portions_not_negative", condition=Q(portions_left=None) | Q(portions_left__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def available(self) -> bool:
        return self.archived_at is None and self.off_since is None and self.portions_left != 0


class ModifierGroup(models.Model):
    """A choice that an item offers: at least `min`, at most `max` of its modifiers."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="modifier_groups")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="modifier_groups")
    name = models.CharField(max_length=80)
    min = models.PositiveSmallIntegerField(default=0)
    max = models.PositiveSmallIntegerField(default=1)
    position = models.PositiveIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(name="modifier_group_min_max", condition=Q(max__gte=1) & Q(max__gte=F("min"))),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.item_id}"


class Modifier(models.Model):
    """One choice in a group, with its price. `allergen` makes it a guest's declared allergy, loud in the kitchen."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="modifiers")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="modifiers")
    group = models.ForeignKey(ModifierGroup, on_delete=models.CASCADE, related_name="modifiers")
    name = models.CharField(max_length=80)
    name_key = NameKeyField()
    price = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal("0.00"))
    is_default = models.BooleanField(default=False, help_text="Used for a required group when nothing is chosen.")
    allergen = models.CharField(max_length=40, blank=True, help_text="e.g. nuts: the guest must not get this allergen.")
    off_since = models.DateTimeField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "name_key"], condition=Q(archived_at=None), name="modifier_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Pause(models.Model):
    """The kitchen takes no more of an item or of a category until a moment; with neither, no more orders from pads.

    It holds until `until` by the clock of whoever asks. `ended_at` is set by who resumes, or by the sweep that tells
    everybody when the time is over. Made and ended by `menu.services.pausing` alone.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="pauses")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, related_name="pauses")
    category = models.ForeignKey(Category, on_delete=models.CASCADE, null=True, related_name="pauses")
    until = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=120)
    paused_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    objects = PauseQuerySet.as_manager()

    class Meta:
        ordering = ["until", "pk"]
        constraints = [
            models.CheckConstraint(name="pause_item_or_category", condition=Q(item=None) | Q(category=None)),
            models.UniqueConstraint(fields=["item"], condition=Q(ended_at=None), name="pause_item_once"),
            models.UniqueConstraint(fields=["category"], condition=Q(ended_at=None), name="pause_category_once"),
            models.UniqueConstraint(
                fields=["restaurant"],
                condition=Q(ended_at=None, item=None, category=None),
                name="pause_pads_once",
            ),
        ]
        indexes = [models.Index(fields=["restaurant", "until"], name="pause_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """What is paused, in words."""
        return str(self.item or self.category or "Orders from pads")


class Ingredient(models.Model):
    """What dishes are made of, measured in one unit: recipes name it; stock and its movements will hang on it."""

    class Unit(models.TextChoices):
        PIECE = "piece", "pieces"
        GRAM = "g", "grams"
        MILLILITRE = "ml", "millilitres"

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="ingredients")
    name = models.CharField(max_length=80)
    name_key = NameKeyField()
    unit = models.CharField(max_length=10, choices=Unit.choices, default=Unit.PIECE)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restaurant", "name_key"], condition=Q(archived_at=None), name="ingredient_name_once"
            ),
            models.CheckConstraint(name="ingredient_unit_known", condition=Q(unit__in=["piece", "g", "ml"])),
        ]

    def __str__(self) -> str:
        return self.name


class RecipePart(models.Model):
    """How much of one ingredient a portion of an item needs, or a chosen modifier adds to it.

    A modifier may take away (`no cheese`: −1); what a portion needs of an ingredient never falls below zero.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="recipe_parts")
    ingredient = models.ForeignKey(Ingredient, on_delete=models.PROTECT, related_name="recipe_parts")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="recipe")
    modifier = models.ForeignKey(Modifier, on_delete=models.CASCADE, null=True, blank=True, related_name="recipe")
    quantity = models.DecimalField(max_digits=10, decimal_places=3, help_text="In the ingredient's unit.")
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="recipe_item_or_modifier",
                condition=Q(item__isnull=False, modifier=None) | Q(item=None, modifier__isnull=False),
            ),
            models.CheckConstraint(
                name="recipe_quantity", condition=Q(quantity__gt=0) | Q(modifier__isnull=False, quantity__lt=0)
            ),
            models.UniqueConstraint(fields=["item", "ingredient"], name="recipe_item_once"),
            models.UniqueConstraint(fields=["modifier", "ingredient"], name="recipe_modifier_once"),
        ]

    def __str__(self) -> str:
        return f"recipe of {self.item or self.modifier}"  # pads read it in the menu's events: no quantities

    @property
    def amount(self) -> str:
        """`2 Beef patty`, `150 g Potatoes`, for who manages the menu."""
        unit = "" if self.ingredient.unit == Ingredient.Unit.PIECE else f" {self.ingredient.unit}"
        return f"{short(self.quantity)}{unit} {self.ingredient}"
