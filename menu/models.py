from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.money import AMOUNT, ZERO, short
from bistro.core.kernel.names import NameKeyField
from bistro.core.models import Restaurant
from menu.photos import photo_path
from menu.querysets import PauseQuerySet
from menu.tax_models import Tax, TaxComponent

NOT_NEGATIVE = [MinValueValidator(Decimal("0.00"))]


class MenuVersion(models.Model):
    """The version numbers of a restaurant's menu, by which caches and ETags notice a change.

    `version` rises with every change of the menu; compiled menus belong to it. Portions left and 86 raise only
    `availability`. A pause raises `availability` and `pauses`, so that selling counted portions does not read the
    pauses again.
    """

    restaurant = models.OneToOneField(Restaurant, on_delete=models.CASCADE, primary_key=True, related_name="menu")
    version = models.PositiveBigIntegerField(default=1)
    availability = models.PositiveBigIntegerField(default=1)
    pauses = models.BigIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return f"v{self.version}.{self.availability}"


class Category(models.Model):
    """A part of the menu. `course` is the default course of its items."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="categories")
    name = models.CharField(_("name"), max_length=80)
    name_key = NameKeyField()
    translations = models.JSONField(_("other languages"), default=dict, blank=True)
    course = models.PositiveSmallIntegerField(_("course"), default=1)
    position = models.PositiveIntegerField(_("position"), default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        verbose_name_plural = _("categories")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["restaurant", "name_key"], condition=Q(archived_at=None), name="category_name_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    """A dish or drink. It cannot be ordered while `off_since` is set (86) or `portions_left` is 0.

    A sweep ends an 86 at `off_until`. `availability_change` counts changes by people and by the sweep, not sales;
    `availability_before` holds the state before the last of them, for an undo.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="items")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="items", verbose_name=_("category"))
    name = models.CharField(_("name"), max_length=120)
    name_key = NameKeyField()
    description = models.CharField(_("description"), max_length=400, blank=True)
    translations = models.JSONField(_("other languages"), default=dict, blank=True)
    price = models.DecimalField(_("price"), validators=NOT_NEGATIVE, **AMOUNT)
    tax = models.ForeignKey(
        Tax,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="items",
        verbose_name=_("tax"),
        help_text=_("Blank = the restaurant's default."),
    )
    prep_minutes = models.PositiveSmallIntegerField(_("preparation (minutes)"), default=10)
    soon_minutes = models.PositiveSmallIntegerField(
        _("soon late after (minutes)"),
        null=True,
        blank=True,
        help_text=_("Minutes until a ticket is “soon late”. Blank = same as the station."),
    )
    late_minutes = models.PositiveSmallIntegerField(
        _("late after (minutes)"),
        null=True,
        blank=True,
        help_text=_("Minutes until a ticket is “late”. Blank = same as the station."),
    )
    diets = models.JSONField(default=list, blank=True, help_text=_("e.g. vegetarian, vegan."))
    image = models.ImageField(upload_to=photo_path, blank=True)
    popular = models.BooleanField(_("popular"), default=False)
    open_price = models.BooleanField(
        _("open item"),
        default=False,
        db_default=False,
        help_text=_("Waiters type its name and price. Guests do not see it on their menu."),
    )
    off_since = models.DateTimeField(null=True, blank=True, help_text=_("Marked 86 (off the menu) since this time."))
    off_until = models.DateTimeField(null=True, blank=True, help_text=_("Time when the 86 ends by itself."))
    portions_left = models.PositiveIntegerField(null=True, blank=True, help_text=_("Blank = not counted."))
    availability_change = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    availability_before = models.JSONField(null=True, editable=False)
    position = models.PositiveIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=["portions_left", "position", "availability_change", "availability_before"]
    )

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
            models.CheckConstraint(name="item_end_needs_86", condition=Q(off_until=None) | Q(off_since__isnull=False)),
        ]
        indexes = [
            models.Index(fields=["off_until"], name="item_off_until", condition=Q(off_until__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def available(self) -> bool:
        return self.archived_at is None and self.off_since is None and self.portions_left != 0


class ModifierGroup(models.Model):
    """A choice that items offer: at least `min`, at most `max` of its modifiers. Many items may offer one group."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="modifier_groups")
    name = models.CharField(_("name"), max_length=80)
    translations = models.JSONField(_("other languages"), default=dict, blank=True)
    min = models.PositiveSmallIntegerField(_("choose at least"), default=0)
    max = models.PositiveSmallIntegerField(_("choose at most"), default=1)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("choice group")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(name="modifier_group_min_max", condition=Q(max__gte=1) & Q(max__gte=F("min"))),
        ]

    def __str__(self) -> str:
        return self.name


class ItemGroup(models.Model):
    """A modifier group that an item offers, at its place among the item's groups.

    The groups of one item never hold the same choice twice, so that a name means one choice of a dish
    (`menu.choices.refuse_doubled_choices`).
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="item_groups")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="item_groups")
    group = models.ForeignKey(ModifierGroup, on_delete=models.CASCADE, related_name="item_groups")
    position = models.PositiveIntegerField(default=0, db_index=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["item", "group"], name="item_group_once")]

    def __str__(self) -> str:
        return f"{self.group} of {self.item}"


class Modifier(models.Model):
    """A choice in a group, with its price."""

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="modifiers")
    group = models.ForeignKey(ModifierGroup, on_delete=models.CASCADE, related_name="modifiers")
    name = models.CharField(_("name"), max_length=80)
    name_key = NameKeyField()
    translations = models.JSONField(_("other languages"), default=dict, blank=True)
    price = models.DecimalField(_("price"), default=ZERO, **AMOUNT)
    is_default = models.BooleanField(
        _("standard choice"), default=False, help_text=_("Used for a required group when nothing is chosen.")
    )
    off_since = models.DateTimeField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0, db_index=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    objects = TenantQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["position"])

    class Meta:
        verbose_name = _("choice")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["group", "name_key"], condition=Q(archived_at=None), name="modifier_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Pause(models.Model):
    """A pause of an item, of a category or, with neither, of orders from pads.

    Readers compare `until` with the clock. `ended_at` is set when a person resumes, or by the sweep that announces
    the end. Only `menu.services.pausing` writes pauses.
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
        """The name of the item or category that is paused."""
        return str(self.item or self.category or gettext("Orders from pads"))


class Ingredient(models.Model):
    """An ingredient of recipes, measured in one unit."""

    class Unit(models.TextChoices):
        PIECE = "piece", _("pieces")
        GRAM = "g", _("grams")
        MILLILITRE = "ml", _("millilitres")

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
    """The quantity of one ingredient that a portion of an item needs, or that a chosen modifier adds.

    A modifier's quantity may be negative (`no cheese`: −1); the need of a portion never falls below zero.
    """

    restaurant = models.ForeignKey(Restaurant, on_delete=models.CASCADE, related_name="recipe_parts")
    ingredient = models.ForeignKey(Ingredient, on_delete=models.PROTECT, related_name="recipe_parts")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, null=True, blank=True, related_name="recipe")
    modifier = models.ForeignKey(Modifier, on_delete=models.CASCADE, null=True, blank=True, related_name="recipe")
    quantity = models.DecimalField(
        max_digits=10, decimal_places=3, help_text=_("Amount in the unit of the ingredient.")
    )
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
        return f"recipe of {self.item or self.modifier}"  # pads receive this text in events, so it has no quantities

    @property
    def amount(self) -> str:
        """The quantity with its unit and ingredient, e.g. `2 Beef patty` or `150 g Potatoes`."""
        unit = "" if self.ingredient.unit == Ingredient.Unit.PIECE else f" {self.ingredient.unit}"
        return f"{short(self.quantity)}{unit} {self.ingredient}"


from menu.allergen_models import Allergen, AllergenStatement  # noqa: E402  (they refer to the models above)

__all__ = ["Allergen", "AllergenStatement", "Tax", "TaxComponent"]
