"""Serializers of the menu API. The output shapes document what `menu.selectors` returns."""

from typing import Any

from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictInteger, StrictSerializer
from menu.api import examples

LARGEST_ID = 2**63 - 1


class StatedOutput(serializers.Serializer[Any]):
    """Statements about allergens, as lists of codes. An allergen in none of the three is not stated."""

    allergens = serializers.ListField(child=serializers.CharField(), help_text="It contains these.")
    may_contain = serializers.ListField(child=serializers.CharField())
    free_of = serializers.ListField(child=serializers.CharField())


class ModifierOutput(StatedOutput):
    """A choice of a modifier group."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    price = serializers.CharField()


class ModifierGroupOutput(serializers.Serializer[Any]):
    """A group of choices, of which a guest takes at least `min` and at most `max`."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    min = serializers.IntegerField()
    max = serializers.IntegerField()
    modifiers = ModifierOutput(many=True)


class ItemOutput(StatedOutput):
    """A dish as sold now."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    price = serializers.CharField()
    available = serializers.BooleanField()
    paused_until = serializers.DateTimeField(
        allow_null=True, help_text="The kitchen does not take this item until then."
    )
    portions_left = serializers.IntegerField(allow_null=True)
    allergens_checked_at = serializers.DateTimeField(
        allow_null=True, help_text="Time of the oldest check; null if nothing is stated."
    )
    diets = serializers.ListField(child=serializers.CharField())
    prep_minutes = serializers.IntegerField()
    popular = serializers.BooleanField()
    image = serializers.CharField(allow_null=True)
    modifier_groups = ModifierGroupOutput(many=True)


class CategoryOutput(serializers.Serializer[Any]):
    """A part of the menu."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    items = ItemOutput(many=True)


class AllergenOutput(serializers.Serializer[Any]):
    """An allergen of the restaurant's catalogue. Guests declare it by its code."""

    code = serializers.CharField()
    name = serializers.CharField()


@shown(examples.MENU)
class MenuOutput(serializers.Serializer[Any]):
    """The whole menu; `version` changes whenever anything here does."""

    version = serializers.CharField()
    currency = serializers.CharField()
    allergens = AllergenOutput(many=True)
    pads_paused_until = serializers.DateTimeField(allow_null=True, help_text="Orders from pads are paused until then.")
    categories = CategoryOutput(many=True)


@shown(examples.NEW_PAUSE)
class PauseInput(StrictSerializer):
    """A new pause of an item, of a category or, with neither, of all orders from pads."""

    item = StrictInteger(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None)
    category = StrictInteger(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None)
    minutes = StrictInteger(min_value=1, max_value=LARGEST_ID)
    reason = LineOfText(max_length=200, required=False, default="", allow_blank=True)


@shown(examples.PAUSE)
class PauseOutput(serializers.Serializer[Any]):
    """A pause. `item` and `category` are null for orders from pads."""

    id = serializers.IntegerField()
    item = serializers.IntegerField(allow_null=True)
    category = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    paused_at = serializers.DateTimeField()
    until = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
