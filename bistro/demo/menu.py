"""The demo restaurant's menu, created by `manage.py seed_demo`."""

from __future__ import annotations

from bistro.demo.drinks import DRINK_CATEGORIES
from bistro.demo.food import FOOD_CATEGORIES
from bistro.demo.kinds import Category, Station

STATIONS: tuple[Station, ...] = (
    Station("grill", "Grill and Stove", 1, 4),
    Station("fry", "Fryer", 2, 2),
    Station("cold", "Cold and Desserts", 3, 3),
    Station("bar", "Bar", 4, 2),
)

CATEGORIES: tuple[Category, ...] = FOOD_CATEGORIES + DRINK_CATEGORIES

# Side dishes and toppings from another station than their dish, which both screens show as ALSO AT.
CHOICES_MADE_AT = {
    "With fries": "fry",
    "With sweet potato fries": "fry",
    "Grilled chicken": "grill",
    "Grilled prawns": "grill",
}
