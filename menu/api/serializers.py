"""The menu's shape, for the schema; `menu.selectors` writes it."""

from typing import Any

from rest_framework import serializers


class ModifierOutput(serializers.Serializer[Any]):
    """One choice."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    price = serializers.CharField()


class ModifierGroupOutput(serializers.Serializer[Any]):
    """Choose at least `min`, at most `max`."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    min = serializers.IntegerField()
    max = serializers.IntegerField()
    modifiers = ModifierOutput(many=True)


class ItemOutput(serializers.Serializer[Any]):
    """One dish as sold now."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    price = serializers.CharField()
    available = serializers.BooleanField()
    portions_left = serializers.IntegerField(allow_null=True)
    allergens = serializers.ListField(child=serializers.CharField())
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


class MenuOutput(serializers.Serializer[Any]):
    """The whole menu; `version` changes whenever anything here does."""

    version = serializers.CharField()
    currency = serializers.CharField()
    categories = CategoryOutput(many=True)
