"""Serializers of the menu API. The output shapes document what `menu.selectors` returns."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bistro.core.api.schema import shown
from bistro.core.api.serializers import LineOfText, StrictBoolean, StrictInteger, StrictSerializer, StrictTime
from menu.api import examples
from menu.services.availability import END_OF_SERVICE, MOST_PORTIONS

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
    off_until = serializers.DateTimeField(allow_null=True, help_text="End of a timed 86.")
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
    language = serializers.CharField(help_text="Language of names and descriptions, chosen by Accept-Language.")
    languages = serializers.ListField(
        child=serializers.CharField(), help_text="The restaurant's own language, then those of the translations."
    )
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


@extend_schema_field(
    {"oneOf": [{"type": "string", "enum": [END_OF_SERVICE]}, {"type": "string", "format": "date-time"}]}
)
class EndOfAvailability(StrictTime):
    """A time with offset, or `end_of_service`."""

    def to_internal_value(self, data: Any) -> Any:
        return data if data == END_OF_SERVICE else super().to_internal_value(data)


@shown(examples.AVAILABILITY_CHANGE)
class AvailabilityInput(StrictSerializer):
    """A change of a dish's availability: exactly one of `available`, `portions_left` and `undo`."""

    available = StrictBoolean(required=False, help_text="False marks the dish 86, true brings it back.")
    until = EndOfAvailability(
        required=False, allow_null=True, help_text="End of the 86; null or left out: until further notice."
    )
    portions_left = StrictInteger(
        min_value=0, max_value=MOST_PORTIONS, required=False, allow_null=True, help_text="Null: not counted."
    )
    undo = StrictInteger(
        min_value=1, max_value=2**31 - 1, required=False, help_text="The `change` of the answer that is undone."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a body that says nothing or more than one thing."""
        said = [name for name in ("available", "portions_left", "undo") if name in attrs]
        if len(said) != 1:
            message = gettext("Send exactly one of available, portions_left and undo.")
            raise serializers.ValidationError({name: [message] for name in said or ("available",)})
        if attrs.get("until") is not None and attrs.get("available") is not False:
            raise serializers.ValidationError({"until": ["Only with available false."]})
        return attrs


class AvailabilityState(serializers.Serializer[Any]):
    """The availability of a dish at a moment."""

    available = serializers.BooleanField()
    until = serializers.DateTimeField(allow_null=True, help_text="End of a timed 86.")
    portions_left = serializers.IntegerField(allow_null=True)


@shown(examples.AVAILABILITY)
class AvailabilityOutput(AvailabilityState):
    """The availability of a dish after a change. `change` undoes it, as long as nobody makes another change."""

    item = serializers.IntegerField()
    change = serializers.IntegerField()
    before = AvailabilityState(allow_null=True)
