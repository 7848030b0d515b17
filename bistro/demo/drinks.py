"""The drinks of the demo menu. Prices in EUR, tax included."""

from __future__ import annotations

from decimal import Decimal as D

from bistro.demo import choices as c
from bistro.demo.kinds import Category, Item

DRINK = (("VAT", D("20")),)

# The formatter is off, so that each item reads as one paragraph.
# fmt: off
SOFT = Category("Soft Drinks", 9, 1, "bar", (
    Item("Still Water", "75 cl.", D("4.50"), DRINK, 1,
         diets=("vegan", "gluten free"), groups=(c.SERVED,)),
    Item("Sparkling Water", "75 cl.", D("4.80"), DRINK, 1,
         diets=("vegan", "gluten free"), groups=(c.SERVED,)),
    Item("Cola", "33 cl.", D("3.90"), DRINK, 1,
         diets=("vegan", "gluten free"), popular=True, groups=(c.SERVED,)),
    Item("House Lemonade", "Lemons, mint, a little sugar.", D("4.50"), DRINK, 2,
         diets=("vegan", "gluten free"), groups=(c.SERVED,)),
    Item("Apple Juice", "Cloudy, from the orchard next door.", D("4.20"), DRINK, 1,
         diets=("vegan", "gluten free"), groups=(c.SERVED,)),
))

HOT = Category("Coffee and Tea", 10, 3, "bar", (
    Item("Espresso", "Roasted in town.", D("2.50"), DRINK, 2,
         diets=("vegan", "gluten free"), groups=(c.COFFEE,)),
    Item("Cappuccino", "Double shot, silky milk.", D("4.00"), DRINK, 3,
         ("milk",), ("vegetarian", "gluten free"), popular=True, groups=(c.MILK, c.COFFEE)),
    Item("Pot of Tea", "Loose leaves.", D("4.20"), DRINK, 4,
         diets=("vegan", "gluten free"), groups=(c.TEA,)),
    Item("Hot Chocolate", "Dark chocolate melted in milk.", D("4.50"), DRINK, 4,
         ("milk", "soybeans"), ("vegetarian", "gluten free"), ("nuts",), groups=(c.MILK,)),
))

WINE = Category("Wine", 11, 1, "bar", (
    Item("House Red", "Syrah and Grenache, full and round.", D("5.50"), DRINK, 2,
         ("sulphites",), ("vegan", "gluten free"), groups=(c.GLASS,)),
    Item("House White", "Sauvignon, fresh and dry.", D("5.50"), DRINK, 2,
         ("sulphites",), ("vegan", "gluten free"), groups=(c.GLASS,)),
    Item("Rosé", "Pale, from Provence.", D("5.80"), DRINK, 2,
         ("sulphites",), ("vegan", "gluten free"), groups=(c.GLASS,)),
))

BEER = Category("Beer and Aperitifs", 12, 1, "bar", (
    Item("Lager", "On tap.", D("3.80"), DRINK, 2,
         ("gluten",), ("vegan",), popular=True, groups=(c.BEER_SIZE,)),
    Item("Alcohol-free Beer", "33 cl.", D("4.20"), DRINK, 1,
         ("gluten",), ("vegan",)),
    Item("Kir", "White wine and blackcurrant.", D("6.00"), DRINK, 2,
         ("sulphites",), ("vegan", "gluten free")),
))
# fmt: on

DRINK_CATEGORIES = (SOFT, HOT, WINE, BEER)
