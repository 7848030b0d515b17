"""Modifier groups of the demo menu, each written once and used by several items."""

from __future__ import annotations

from decimal import Decimal as D

from bistro.demo.kinds import Group, Modifier

COOKED = Group(
    "How would you like it?",
    1,
    1,
    (
        Modifier("Blue"),
        Modifier("Rare"),
        Modifier("Medium rare", is_default=True),
        Modifier("Medium"),
        Modifier("Well done"),
    ),
)

STEAK_SAUCE = Group(
    "Sauce",
    0,
    2,
    (
        Modifier(
            "Pepper sauce",
            D("2.50"),
            contains=(
                "milk",
                "celery",
                "sulphites",
            ),
        ),
        Modifier(
            "Béarnaise",
            D("2.50"),
            contains=(
                "eggs",
                "milk",
                "sulphites",
            ),
        ),
        Modifier("Herb butter", D("1.50"), contains=("milk",)),
        Modifier("Blue cheese sauce", D("3.00"), contains=("milk",)),
    ),
)

GRILL_SIDE = Group(
    "Side",
    1,
    1,
    (
        Modifier("With fries", is_default=True),
        Modifier("With mashed potatoes", contains=("milk",)),
        Modifier("With green salad", contains=("mustard",), may_contain=("sesame",)),
        Modifier("With sweet potato fries", D("1.50")),
        Modifier("With grilled vegetables", D("1.00")),
    ),
)

BURGER_EXTRAS = Group(
    "Extras",
    0,
    5,
    (
        Modifier("Cheddar", D("1.50"), contains=("milk",)),
        Modifier("Bacon", D("2.00"), contains=("sulphites",)),
        Modifier("Fried egg", D("1.50"), contains=("eggs",)),
        Modifier("Caramelised onions", D("1.00")),
        Modifier("Second patty", D("4.50")),
    ),
)

CHICKEN_EXTRAS = Group(
    "Extras",
    0,
    5,
    (*BURGER_EXTRAS.modifiers[:4], Modifier("Second fillet", D("4.50"))),
)

BURGER_WITHOUT = Group(
    "Leave out",
    0,
    4,
    (Modifier("No onion"), Modifier("No pickles"), Modifier("No tomato"), Modifier("No sauce")),
)

DIP = Group(
    "Dip",
    0,
    3,
    (
        Modifier("Ketchup", contains=("celery",)),
        Modifier(
            "Mayonnaise",
            D("0.50"),
            contains=(
                "eggs",
                "mustard",
            ),
        ),
        Modifier(
            "Garlic aioli",
            D("1.00"),
            contains=(
                "eggs",
                "mustard",
            ),
        ),
        Modifier(
            "Truffle mayonnaise",
            D("1.50"),
            contains=(
                "eggs",
                "mustard",
            ),
        ),
    ),
)

PORTION = Group("Portion", 1, 1, (Modifier("Regular", is_default=True), Modifier("Large", D("2.00"))))

SALAD_TOPPING = Group(
    "On top",
    0,
    2,
    (
        Modifier("Grilled chicken", D("4.50")),
        Modifier("Grilled prawns", D("6.00"), contains=("crustaceans",)),
        Modifier("Goat cheese", D("3.50"), contains=("milk",)),
        Modifier("Poached egg", D("1.50"), contains=("eggs",)),
    ),
)

DRESSING = Group(
    "Dressing",
    1,
    1,
    (
        Modifier(
            "Mustard vinaigrette",
            is_default=True,
            contains=(
                "mustard",
                "sulphites",
            ),
        ),
        Modifier(
            "Caesar dressing",
            contains=(
                "eggs",
                "fish",
                "milk",
                "mustard",
            ),
        ),
        Modifier("Olive oil and lemon"),
        Modifier("Dressing on the side"),
    ),
)

MUSSELS_BROTH = Group(
    "Broth",
    1,
    1,
    (
        Modifier(
            "White wine and shallots",
            is_default=True,
            contains=(
                "celery",
                "sulphites",
            ),
        ),
        Modifier(
            "Cider and cream",
            D("1.00"),
            contains=(
                "milk",
                "sulphites",
            ),
        ),
        Modifier("Coconut and lemongrass", D("1.50"), may_contain=("peanuts",)),
    ),
)

SCOOPS = Group(
    "Flavours",
    0,
    3,
    (
        Modifier(
            "Vanilla",
            contains=(
                "milk",
                "eggs",
            ),
        ),
        Modifier(
            "Chocolate",
            contains=(
                "milk",
                "soybeans",
            ),
            may_contain=("nuts",),
        ),
        Modifier("Strawberry", contains=("milk",)),
        Modifier(
            "Pistachio",
            D("0.50"),
            contains=(
                "milk",
                "nuts",
            ),
        ),
    ),
)

ICE_TOPPING = Group(
    "Topping",
    0,
    3,
    (
        Modifier("Whipped cream", D("0.80"), contains=("milk",)),
        Modifier(
            "Chocolate sauce",
            D("0.80"),
            contains=(
                "milk",
                "soybeans",
            ),
            may_contain=("nuts",),
        ),
        Modifier("Roasted almonds", D("1.00"), contains=("nuts",), may_contain=("peanuts",)),
        Modifier("Salted caramel", D("1.00"), contains=("milk",)),
    ),
)

MILK = Group(
    "Milk",
    1,
    1,
    (
        Modifier("Cow's milk", is_default=True, contains=("milk",)),
        Modifier("Oat milk", D("0.50"), contains=("gluten",)),
        Modifier("Soy milk", D("0.50"), contains=("soybeans",)),
        Modifier("Lactose-free milk", D("0.30"), contains=("milk",)),
    ),
)

COFFEE = Group("As you like it", 0, 2, (Modifier("Decaffeinated"), Modifier("Extra shot", D("1.20"))))

TEA = Group(
    "Tea",
    1,
    1,
    (
        Modifier("Breakfast", is_default=True),
        Modifier("Earl Grey"),
        Modifier("Green"),
        Modifier("Fresh mint", D("0.50")),
        Modifier("Verbena"),
    ),
)

SERVED = Group("Served", 0, 2, (Modifier("No ice"), Modifier("Slice of lemon")))

GLASS = Group(
    "Measure",
    1,
    1,
    (
        Modifier("Glass 15 cl", is_default=True),
        Modifier("Carafe 50 cl", D("10.50")),
        Modifier("Bottle 75 cl", D("17.00")),
    ),
)

BEER_SIZE = Group("Size", 1, 1, (Modifier("25 cl", is_default=True), Modifier("50 cl", D("3.20"))))
