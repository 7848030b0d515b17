"""Forms of the menu's admin."""

from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminImageFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldBooleanWidget,
)

from bistro.core.admin.forms import AmountField, TenantForm
from bistro.core.kernel.money import short
from menu.allergens import DIETS, Level
from menu.choices import choices_of, some
from menu.models import Allergen, Category, Ingredient, Item, ModifierGroup, Tax
from menu.photos import PhotoField, require_space
from menu.statements import levels_of
from menu.translation_forms import TranslatedForm, TranslationsField


class CategoryForm(TranslatedForm):
    """A form for a category. A new category comes last."""

    translations = TranslationsField("name")

    def prepare(self) -> None:
        if self.instance._state.adding:
            self.instance.position = Category.objects.visible_to(self.actor).next_position()


def _statement(label: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget, label=label)


class StatementsForm(TenantForm):
    """A form with the statements about the allergens of its dish or choice.

    An allergen that is ticked nowhere is not stated.
    """

    contains = _statement(_("Contains"))
    may_contain = _statement(_("May contain"))
    free_of = _statement(_("Free of"))
    checked = forms.BooleanField(
        label=_("Checked today"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("Tick this to put your name and today's date beside all of them. Changed ones get both anyway."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.instance.statements.select_related("allergen") if self.instance.pk else ()
        stated = [(row.level, row.allergen.code) for row in rows]
        catalogue = [(each.code, str(each)) for each in Allergen.objects.visible_to(self.actor).not_archived()]
        for level in Level.values:
            if level in self.fields:
                self.fields[level].choices = catalogue  # type: ignore[attr-defined]
                self.initial[level] = [code for said, code in stated if said == level]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        seen: set[str] = set()
        for level in Level.values:
            twice = sorted(seen & set(cleaned.get(level, ())))
            if twice:
                self.add_error(level, gettext("%(allergens)s: already ticked above.") % {"allergens": ", ".join(twice)})
            seen |= set(cleaned.get(level, ()))
        return cleaned

    def levels(self) -> dict[str, str]:
        """Return {code: level} of the ticked allergens."""
        return levels_of(*(self.cleaned_data.get(level, ()) for level in Level.values))


class AllergenForm(TenantForm):
    """A form for an allergen of the catalogue. A new one comes last."""

    constraint_words = {"allergen_code_once": ("code", _("This code is already in use."))}

    def prepare(self) -> None:
        if self.instance._state.adding:
            self.instance.position = Allergen.objects.visible_to(self.actor).next_position()


class PhotoWidget(UnfoldAdminImageFieldWidget):
    """The field of a photo, with the present one above it."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        field = super().render(name, value, attrs, renderer)
        url = value.url if self.is_initial(value) else ""
        return render_to_string("admin/menu/photo.html", {"field": field, "url": url})


class ItemForm(TranslatedForm, StatementsForm):
    """A form for a dish, with checkboxes for allergens and diets."""

    translations = TranslationsField("name", "description")

    class Meta:
        field_classes: ClassVar = {"price": AmountField}

    diets = forms.MultipleChoiceField(
        choices=DIETS, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget, label=_("Diets")
    )
    image = PhotoField(
        required=False,
        label=_("Photo"),
        help_text=_("PNG, JPEG or WebP, at most 7 MB. Saved smaller, without the place and time where it was taken."),
        widget=PhotoWidget(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "diets" in self.fields:
            _keep_own_words(self.fields["diets"], self.instance.diets)
        if "tax" in self.fields:
            self._name_default_tax(self.fields["tax"])

    def _name_default_tax(self, field: forms.Field) -> None:
        """Show in the blank choice which tax it means."""
        default = Tax.objects.visible_to(self.actor).filter(is_default=True).first()
        if default is None:
            words = gettext("No tax: the restaurant has no default")
        else:
            words = gettext("%(tax)s (the restaurant's default)") % {"tax": default}
        field.empty_label = words  # type: ignore[attr-defined]
        field.widget.choices = field.choices  # type: ignore[attr-defined]
        field.help_text = ""

    def clean_image(self) -> Any:
        """Refuse a new photo for which the restaurant has no space left."""
        photo = self.cleaned_data.get("image")
        if "image" in self.changed_data and photo and self.actor is not None:
            others = Item.objects.visible_to(self.actor).exclude(pk=self.instance.pk)
            require_space(photo, beside=others.exclude(image="").values_list("image", flat=True))
        return photo

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        soon, late = cleaned.get("soon_minutes"), cleaned.get("late_minutes")
        if soon and late and late <= soon:
            self.add_error("late_minutes", gettext("Late must come after soon: choose a larger number of minutes."))
        return cleaned

    def prepare(self) -> None:
        if self.instance._state.adding:
            self.instance.position = Item.objects.visible_to(self.actor).next_position()


class GroupForm(TranslatedForm):
    """A form for a modifier group."""

    translations = TranslationsField("name")

    constraint_words = {"modifier_group_min_max": ("max", _("At least 1 and not below the minimum."))}


class ChoiceForm(TranslatedForm, StatementsForm):
    """A form for the page of one choice: its name in other languages, and its allergens."""

    translations = TranslationsField("name")


class ItemGroupForm(TenantForm):
    """A form for a group that a dish offers."""

    offered: ClassVar[list[tuple[int, str]]]

    constraint_words = {"item_group_once": ("group", _("The dish has this group already."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "group" in self.fields:
            self.fields["group"].choices = [("", "–"), *self._in_use()]  # type: ignore[attr-defined]

    @classmethod
    def _in_use(cls) -> list[tuple[int, str]]:
        """Return the groups that can be chosen, with their first choices because many groups have one name.

        Two queries serve all rows of a page, because the admin creates a form class for each request.
        """
        if "offered" not in cls.__dict__:
            groups = ModifierGroup.objects.visible_to(cls.actor).not_archived().prefetch_related("modifiers")
            cls.offered = [(row.pk, f"{row}: {some(choices_of(row))}") for row in groups]
        return cls.offered


class ModifierForm(TenantForm):
    """A form for a choice."""

    class Meta:
        field_classes: ClassVar = {"price": AmountField}

    off = forms.BooleanField(label="86", required=False, widget=UnfoldBooleanWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["off"] = self.instance.off_since is not None

    def prepare(self) -> None:
        off = self.cleaned_data.get("off", False)
        self.instance.off_since = (self.instance.off_since or timezone.now()) if off else None


class IngredientForm(TenantForm):
    """A form for an ingredient."""


class RecipePartForm(TenantForm):
    """A form for the quantity of one ingredient in a recipe."""

    offered: ClassVar[list[Ingredient]]

    constraint_words = {
        "recipe_item_once": ("ingredient", _("This ingredient is already in the recipe.")),
        "recipe_modifier_once": ("ingredient", _("This ingredient is already in the recipe.")),
        "recipe_quantity": ("quantity", _("Must be more than 0. Only a choice may be negative, as in −1.")),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["quantity"] = Decimal(short(self.instance.quantity))  # 2, not 2.000
        if "ingredient" in self.fields:
            kept = [self.instance.ingredient] if self.instance.ingredient_id else []
            rows = {row.pk: f"{row} ({row.get_unit_display()})" for row in (*self._in_use(), *kept)}
            self.fields["ingredient"].choices = [("", "–"), *rows.items()]  # type: ignore[attr-defined]

    @classmethod
    def _in_use(cls) -> list[Ingredient]:
        """Return the ingredients that can be chosen.

        One query serves all rows of a page, because the admin creates a form class for each request.
        """
        if "offered" not in cls.__dict__:
            cls.offered = list(Ingredient.objects.visible_to(cls.actor).not_archived())
        return cls.offered


class TaxForm(TenantForm):
    """A form for a tax. Saving a new default replaces the old one."""

    settled_constraints = frozenset({"tax_default_once"})


class TaxComponentForm(TenantForm):
    """A form for a component of a tax."""

    constraint_words = {
        "tax_percent_sane": ("percent", _("Between 0 and 100.")),
        "tax_component_always_once": ("name", _("This component is already there.")),
        "tax_component_once": ("name", _("This component is already there from this day.")),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["percent"] = Decimal(short(self.instance.percent))  # 19, not 19.0000


class PortionsForm(forms.Form):
    """A form for the number of portions left."""

    portions_left = forms.IntegerField(
        label=_("Portions left"),
        required=False,
        min_value=0,
        max_value=100_000,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("At 0 the dish is sold out. Blank = stop counting."),
    )


def _keep_own_words(field: forms.Field, words: list[str]) -> None:
    """Add the stored words that are not in the list to the choices, e.g. words from an import."""
    choices = list(field.choices)  # type: ignore[attr-defined]
    known = {code for code, _label in choices}
    field.choices = [*choices, *((word, word) for word in words if word not in known)]  # type: ignore[attr-defined]
