"""The prepared ingredients of the demo's dishes. Drinks are left out."""

from __future__ import annotations

from decimal import Decimal as D

Parts = dict[str, str]  # ingredient: quantity

UNITS = {
    "piece": (
        *("Beef patty", "Chickpea patty", "Chicken fillet", "Half chicken", "Sirloin", "Rib eye"),
        *("Lamb cutlet", "Salmon fillet", "Duck leg", "Haddock fillet", "Chicken nugget", "Fish finger", "Prawn"),
        *("Brioche bun", "Baguette", "Cheddar slice", "Bacon rasher", "Egg", "Burrata", "Pickle slice"),
        *("Tomato slice", "Chocolate fondant", "Crème brûlée", "Slice of tarte Tatin"),
    ),
    "g": (
        *("Potatoes", "Sweet potatoes", "Mashed potatoes", "Leaves", "Cos lettuce", "Onions", "Comté"),
        *("Parmesan", "Goat cheese", "Beef tartare", "Tuna", "Mussels", "Beef bourguignon", "Risotto rice"),
        *("Gnocchi", "Pasta", "Vegetables", "Ham", "Rump steak"),
    ),
    "ml": ("Onion soup", "Soup of the day", "House sauce", "Pepper sauce", "Béarnaise", "Ice cream", "Lemon sorbet"),
}

DISHES: dict[str, Parts] = {
    "Onion Soup": {"Onion soup": "300", "Comté": "40"},
    "Soup of the Day": {"Soup of the day": "300"},
    "Beef Tartare": {"Beef tartare": "120", "Egg": "1"},
    "Burrata": {"Burrata": "1"},
    "Garlic Prawns": {"Prawn": "6"},
    "Green Salad": {"Leaves": "80"},
    "Caesar Salad": {"Cos lettuce": "120", "Parmesan": "20"},
    "Niçoise Salad": {"Leaves": "60", "Tuna": "120", "Egg": "1"},
    "Warm Goat Cheese Salad": {"Leaves": "60", "Goat cheese": "90"},
    "Burger": {
        "Beef patty": "1", "Brioche bun": "1", "Tomato slice": "2", "Pickle slice": "4", "Onions": "20",
        "House sauce": "20",
    },
    "Cheese and Bacon Burger": {
        "Beef patty": "1", "Brioche bun": "1", "Cheddar slice": "2", "Bacon rasher": "3", "Onions": "30",
        "Pickle slice": "4",
    },
    "Chicken Burger": {"Chicken fillet": "1", "Brioche bun": "1", "Pickle slice": "4"},
    "Chickpea Burger": {"Chickpea patty": "1", "Brioche bun": "1", "Tomato slice": "2"},
    "Croque Monsieur": {"Ham": "60", "Comté": "60", "Leaves": "30"},
    "Steak Sandwich": {"Rump steak": "150", "Baguette": "0.5"},
    "Steak Frites": {"Sirloin": "1"},
    "Rib Eye": {"Rib eye": "1"},
    "Half Chicken": {"Half chicken": "1"},
    "Lamb Cutlets": {"Lamb cutlet": "3"},
    "Salmon Fillet": {"Salmon fillet": "1"},
    "Beef Bourguignon": {"Beef bourguignon": "350"},
    "Duck Confit": {"Duck leg": "1"},
    "Mussels": {"Mussels": "1000", "Potatoes": "200"},
    "Fish and Chips": {"Haddock fillet": "1", "Potatoes": "250"},
    "Mushroom Risotto": {"Risotto rice": "80", "Parmesan": "25"},
    "Gnocchi": {"Gnocchi": "180"},
    "Fries": {"Potatoes": "200"},
    "Sweet Potato Fries": {"Sweet potatoes": "200"},
    "Onion Rings": {"Onions": "150"},
    "Mashed Potatoes": {"Mashed potatoes": "200"},
    "Grilled Vegetables": {"Vegetables": "200"},
    "Chicken Nuggets": {"Chicken nugget": "6", "Potatoes": "100"},
    "Little Pasta": {"Pasta": "80"},
    "Fish Fingers": {"Fish finger": "4", "Mashed potatoes": "120"},
    "Ice Cream": {"Ice cream": "120"},
    "Lemon Sorbet": {"Lemon sorbet": "120"},
    "Crème Brûlée": {"Crème brûlée": "1"},
    "Chocolate Fondant": {"Chocolate fondant": "1"},
    "Tarte Tatin": {"Slice of tarte Tatin": "1"},
}  # fmt: skip

# Recipes of choices, for every dish that offers them.
CHOICES: dict[str, Parts] = {
    "With fries": {"Potatoes": "150"},
    "With mashed potatoes": {"Mashed potatoes": "150"},
    "With green salad": {"Leaves": "50"},
    "With sweet potato fries": {"Sweet potatoes": "150"},
    "With grilled vegetables": {"Vegetables": "150"},
    "Pepper sauce": {"Pepper sauce": "50"},
    "Béarnaise": {"Béarnaise": "50"},
    "Cheddar": {"Cheddar slice": "1"},
    "Bacon": {"Bacon rasher": "2"},
    "Fried egg": {"Egg": "1"},
    "Caramelised onions": {"Onions": "40"},
    "Second patty": {"Beef patty": "1"},
    "Second fillet": {"Chicken fillet": "1"},
    "No onion": {"Onions": "-30"},
    "No pickles": {"Pickle slice": "-4"},
    "No tomato": {"Tomato slice": "-2"},
    "No sauce": {"House sauce": "-20"},
    "Grilled chicken": {"Chicken fillet": "1"},
    "Grilled prawns": {"Prawn": "4"},
    "Goat cheese": {"Goat cheese": "60"},
    "Poached egg": {"Egg": "1"},
}

UNIT_OF = {name: unit for unit, names in UNITS.items() for name in names}


def parts_of(dish: str, choice: str = "") -> tuple[tuple[str, D, str], ...]:
    """Return (ingredient, quantity, unit) of a dish or of a choice; empty if unknown."""
    found = CHOICES.get(choice, {}) if choice else DISHES.get(dish, {})
    return tuple((name, D(quantity), UNIT_OF[name]) for name, quantity in found.items())
