"""Modifier groups of the demo menu, each written once and used by several items."""

from __future__ import annotations

from decimal import Decimal as D

from bistro.demo.kinds import Group, Modifier

ALLERGIES = Group(
    "Allergies",
    0,
    14,
    (
        Modifier("Gluten allergy", allergen="gluten"),
        Modifier("Crustacean allergy", allergen="crustaceans"),
        Modifier("Egg allergy", allergen="eggs"),
        Modifier("Fish allergy", allergen="fish"),
        Modifier("Peanut allergy", allergen="peanuts"),
        Modifier("Soy allergy", allergen="soybeans"),
        Modifier("Milk allergy", allergen="milk"),
        Modifier("Nut allergy", allergen="nuts"),
        Modifier("Celery allergy", allergen="celery"),
        Modifier("Mustard allergy", allergen="mustard"),
        Modifier("Sesame allergy", allergen="sesame"),
        Modifier("Sulphite allergy", allergen="sulphites"),
        Modifier("Lupin allergy", allergen="lupin"),
        Modifier("Mollusc allergy", allergen="molluscs"),
    ),
)

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
        Modifier("Pepper sauce", D("2.50")),
        Modifier("Béarnaise", D("2.50")),
        Modifier("Herb butter", D("1.50")),
        Modifier("Blue cheese sauce", D("3.00")),
    ),
)

GRILL_SIDE = Group(
    "Side",
    1,
    1,
    (
        Modifier("With fries", is_default=True),
        Modifier("With mashed potatoes"),
        Modifier("With green salad"),
        Modifier("With sweet potato fries", D("1.50")),
        Modifier("With grilled vegetables", D("1.00")),
    ),
)

BURGER_EXTRAS = Group(
    "Extras",
    0,
    5,
    (
        Modifier("Cheddar", D("1.50")),
        Modifier("Bacon", D("2.00")),
        Modifier("Fried egg", D("1.50")),
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
        Modifier("Ketchup"),
        Modifier("Mayonnaise", D("0.50")),
        Modifier("Garlic aioli", D("1.00")),
        Modifier("Truffle mayonnaise", D("1.50")),
    ),
)

PORTION = Group("Portion", 1, 1, (Modifier("Regular", is_default=True), Modifier("Large", D("2.00"))))

SALAD_TOPPING = Group(
    "On top",
    0,
    2,
    (
        Modifier("Grilled chicken", D("4.50")),
        Modifier("Grilled prawns", D("6.00")),
        Modifier("Goat cheese", D("3.50")),
        Modifier("Poached egg", D("1.50")),
    ),
)

DRESSING = Group(
    "Dressing",
    1,
    1,
    (
        Modifier("Mustard vinaigrette", is_default=True),
        Modifier("Caesar dressing"),
        Modifier("Olive oil and lemon"),
        Modifier("Dressing on the side"),
    ),
)

MUSSELS_BROTH = Group(
    "Broth",
    1,
    1,
    (
        Modifier("White wine and shallots", is_default=True),
        Modifier("Cider and cream", D("1.00")),
        Modifier("Coconut and lemongrass", D("1.50")),
    ),
)

SCOOPS = Group(
    "Flavours",
    0,
    3,
    (Modifier("Vanilla"), Modifier("Chocolate"), Modifier("Strawberry"), Modifier("Pistachio", D("0.50"))),
)

ICE_TOPPING = Group(
    "Topping",
    0,
    3,
    (
        Modifier("Whipped cream", D("0.80")),
        Modifier("Chocolate sauce", D("0.80")),
        Modifier("Roasted almonds", D("1.00")),
        Modifier("Salted caramel", D("1.00")),
    ),
)

MILK = Group(
    "Milk",
    1,
    1,
    (
        Modifier("Cow's milk", is_default=True),
        Modifier("Oat milk", D("0.50")),
        Modifier("Soy milk", D("0.50")),
        Modifier("Lactose-free milk", D("0.30")),
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
