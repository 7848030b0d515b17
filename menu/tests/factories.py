"""Factories of the smallest valid menu."""

from decimal import Decimal

import factory
from django.db.models import F
from factory.django import DjangoModelFactory

from bistro.core.kernel.actors import Actor
from bistro.core.tests.factories import RestaurantFactory
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.models import (
    Allergen,
    Category,
    Ingredient,
    Item,
    ItemGroup,
    MenuVersion,
    Modifier,
    ModifierGroup,
    RecipePart,
    Tax,
    TaxComponent,
)
from menu.statements import levels_of, state_allergens
from menu.steps import touch_menu


class MenuPartFactory(DjangoModelFactory):
    """A factory that raises the menu's version, so that no test uses an outdated compiled menu."""

    class Meta:
        abstract = True

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        super()._after_postgeneration(instance, create, results)
        MenuVersion.objects.get_or_create(restaurant=instance.restaurant)
        MenuVersion.objects.filter(restaurant=instance.restaurant).update(version=F("version") + 1)


class TaxFactory(MenuPartFactory):
    """The default tax, 10 % under its own name. With `percent=None` it has no components."""

    class Meta:
        model = Tax

    restaurant = factory.SubFactory(RestaurantFactory)
    name = "Food"
    is_default = True

    @classmethod
    def _create(cls, model_class, *args, percent=Decimal(10), **fields):
        tax = super()._create(model_class, *args, **fields)
        if percent is not None:
            TaxComponentFactory(tax=tax, name=tax.name, percent=percent)
        return tax


class TaxComponentFactory(MenuPartFactory):
    """A component of 10 % for every kind of order, always valid."""

    class Meta:
        model = TaxComponent

    tax = factory.SubFactory(TaxFactory, percent=None)
    restaurant = factory.SelfAttribute("tax.restaurant")
    name = "VAT"
    percent = Decimal(10)


class CategoryFactory(MenuPartFactory):
    """A category of course 1."""

    class Meta:
        model = Category

    restaurant = factory.SubFactory(RestaurantFactory)
    name = factory.Sequence(lambda n: f"Category {n}")


class ItemFactory(MenuPartFactory):
    """A dish for 10.00, uncounted."""

    class Meta:
        model = Item

    restaurant = factory.SelfAttribute("category.restaurant")
    category = factory.SubFactory(CategoryFactory)
    name = factory.Sequence(lambda n: f"Dish {n}")
    price = Decimal("10.00")


class ModifierGroupFactory(MenuPartFactory):
    """An optional choice of at most one, offered by `item` at `position`. With `item=None` no dish offers it."""

    class Meta:
        model = ModifierGroup

    item = factory.SubFactory(ItemFactory)
    restaurant = factory.SelfAttribute("item.restaurant")
    name = factory.Sequence(lambda n: f"Group {n}")

    @classmethod
    def _create(cls, model_class, *args, item, position=0, **fields):
        group = super()._create(model_class, *args, **fields)
        if item is not None:
            ItemGroupFactory(item=item, group=group, position=position)
        return group


class ItemGroupFactory(MenuPartFactory):
    """A group that a dish offers."""

    class Meta:
        model = ItemGroup

    restaurant = factory.SelfAttribute("item.restaurant")


class ModifierFactory(MenuPartFactory):
    """A choice for 1.00 more."""

    class Meta:
        model = Modifier

    group = factory.SubFactory(ModifierGroupFactory)
    restaurant = factory.SelfAttribute("group.restaurant")
    name = factory.Sequence(lambda n: f"Modifier {n}")
    price = Decimal("1.00")


class AllergenFactory(MenuPartFactory):
    """An allergen of the restaurant's own."""

    class Meta:
        model = Allergen

    restaurant = factory.SubFactory(RestaurantFactory)
    code = factory.Sequence(lambda n: f"own {n}")
    name = factory.Sequence(lambda n: f"Allergen {n}")


class IngredientFactory(MenuPartFactory):
    """An ingredient counted in pieces."""

    class Meta:
        model = Ingredient

    restaurant = factory.SubFactory(RestaurantFactory)
    name = factory.Sequence(lambda n: f"Ingredient {n}")


class RecipePartFactory(MenuPartFactory):
    """A recipe part of one piece of a new ingredient. Pass `item` or `modifier`."""

    class Meta:
        model = RecipePart

    restaurant = factory.LazyAttribute(lambda row: (row.item or row.modifier).restaurant)
    item = modifier = None
    ingredient = factory.SubFactory(IngredientFactory, restaurant=factory.SelfAttribute("..restaurant"))
    quantity = Decimal(1)


def state(subject, contains=(), may_contain=(), free_of=(), by="Ana"):
    """State the allergens of a dish or choice, as a person named `by` does. The restaurant needs its catalogue."""
    with UnitOfWork(Actor.system(subject.restaurant_id, by)) as work:
        state_allergens(work, {subject: levels_of(contains, may_contain, free_of)}, checked=True)
        touch_menu(work, str(subject))
