"""The dishes of the demo menu, by category. Prices in EUR, tax included."""

from __future__ import annotations

from decimal import Decimal as D

from bistro.demo import choices as c
from bistro.demo.kinds import EVERY_OTHER, Category, Item

FOOD = (("VAT", D("10")),)

# The formatter is off, so that each item reads as one paragraph.
# fmt: off
STARTERS = Category("Starters", 1, 1, "cold", (
    Item("Onion Soup", "Slow-cooked onions, beef broth, bread and melted Comté.", D("8.50"), FOOD, 8,
         ("gluten", "milk", "celery", "sulphites"), station="grill", popular=True),
    Item("Soup of the Day", "What the market had this morning, with sourdough.", D("7.00"), FOOD, 6,
         ("gluten", "celery"), ("vegetarian", "vegan"), not_stated=EVERY_OTHER, station="grill", portions_left=30),
    Item("Beef Tartare", "Hand-cut beef, capers, shallots, egg yolk, toast.", D("13.50"), FOOD, 9,
         ("gluten", "eggs", "mustard", "sulphites")),
    Item("Chicken Liver Parfait", "With cornichons, onion jam and brioche.", D("10.50"), FOOD, 5,
         ("gluten", "eggs", "milk", "sulphites")),
    Item("Burrata", "Creamy burrata, roasted peppers, basil oil, hazelnuts.", D("12.00"), FOOD, 6,
         ("milk", "nuts"), ("vegetarian", "gluten free"), popular=True),
    Item("Oysters", "Six fine oysters, shallot vinegar, lemon, rye bread.", D("18.00"), FOOD, 8,
         ("molluscs", "gluten", "milk", "sulphites"), available=False),
    Item("Garlic Prawns", "Six prawns in garlic, chilli and parsley butter.", D("12.50"), FOOD, 8,
         ("crustaceans", "milk"), ("gluten free",), station="grill"),
))

SALADS = Category("Salads", 2, 1, "cold", (
    Item("Green Salad", "Leaves, herbs, radishes, toasted seeds.", D("6.50"), FOOD, 4,
         ("mustard", "sesame"), ("vegan", "gluten free"), groups=(c.DRESSING,)),
    Item("Caesar Salad", "Cos lettuce, anchovies, croutons, aged parmesan.", D("11.50"), FOOD, 7,
         ("gluten", "eggs", "fish", "milk", "mustard"), popular=True, groups=(c.SALAD_TOPPING,)),
    Item("Niçoise Salad", "Seared tuna, beans, potatoes, olives, egg.", D("15.50"), FOOD, 10,
         ("fish", "eggs", "mustard"), ("gluten free",), groups=(c.DRESSING,)),
    Item("Warm Goat Cheese Salad", "On toast with honey, walnuts and pear.", D("13.00"), FOOD, 8,
         ("gluten", "milk", "nuts", "mustard"), ("vegetarian",), groups=(c.DRESSING,)),
))

BURGERS = Category("Burgers and Sandwiches", 3, 2, "grill", (
    Item("Burger", "Beef from the region, lettuce, tomato, onion, pickles, house sauce.", D("13.90"), FOOD, 12,
         ("gluten", "eggs", "mustard", "sesame"), popular=True,
         groups=(c.BURGER_EXTRAS, c.BURGER_WITHOUT)),
    Item("Cheese and Bacon Burger", "With matured cheddar, smoked bacon and onion jam.", D("16.50"), FOOD, 13,
         ("gluten", "eggs", "milk", "mustard", "sesame"), groups=(c.BURGER_EXTRAS, c.BURGER_WITHOUT)),
    Item("Chicken Burger", "Buttermilk-fried chicken, slaw, chilli mayonnaise.", D("14.50"), FOOD, 13,
         ("gluten", "eggs", "milk", "mustard"), station="fry",
         groups=(c.CHICKEN_EXTRAS, c.BURGER_WITHOUT)),
    Item("Chickpea Burger", "Chickpeas and roasted carrots, tahini, pickled cabbage.", D("13.50"), FOOD, 12,
         ("gluten", "sesame", "soybeans"), ("vegetarian", "vegan"), ("mustard",), groups=(c.BURGER_WITHOUT,)),
    Item("Croque Monsieur", "Ham, Comté and béchamel, grilled; with leaves.", D("11.50"), FOOD, 10,
         ("gluten", "milk", "mustard")),
    Item("Steak Sandwich", "Sliced rump, rocket, mustard butter, baguette.", D("15.00"), FOOD, 11,
         ("gluten", "milk", "mustard"), groups=(c.COOKED,)),
))

GRILL = Category("From the Grill", 4, 2, "grill", (
    Item("Steak Frites", "Sirloin of 250 g, herb butter.", D("24.50"), FOOD, 15,
         ("milk",), ("gluten free",), popular=True, groups=(c.COOKED, c.GRILL_SIDE, c.STEAK_SAUCE)),
    Item("Rib Eye", "350 g, dry-aged for four weeks.", D("34.00"), FOOD, 18,
         diets=("gluten free",), portions_left=16, groups=(c.COOKED, c.GRILL_SIDE, c.STEAK_SAUCE)),
    Item("Half Chicken", "Marinated in lemon and thyme, its own juices.", D("18.50"), FOOD, 20,
         ("celery",), ("gluten free",), groups=(c.GRILL_SIDE,)),
    Item("Lamb Cutlets", "Three cutlets, rosemary, flageolet beans.", D("23.50"), FOOD, 16,
         ("celery", "sulphites"), ("gluten free",), groups=(c.COOKED,)),
    Item("Salmon Fillet", "Grilled on the skin, dill, lemon butter.", D("21.00"), FOOD, 14,
         ("fish", "milk"), ("gluten free",), groups=(c.GRILL_SIDE,)),
))

CLASSICS = Category("Bistro Classics", 5, 2, "grill", (
    Item("Beef Bourguignon", "Braised in red wine with mushrooms and bacon.", D("19.50"), FOOD, 10,
         ("celery", "sulphites", "milk"), portions_left=24, popular=True),
    Item("Duck Confit", "Crisp leg, lentils, orange.", D("20.50"), FOOD, 14,
         ("celery", "sulphites"), ("gluten free",)),
    Item("Mussels", "A kilo of mussels in the broth you choose, with fries.", D("17.50"), FOOD, 12,
         ("molluscs", "milk", "celery", "sulphites"), ("gluten free",), groups=(c.MUSSELS_BROTH,)),
    Item("Fish and Chips", "Haddock in beer batter, peas, tartare sauce.", D("16.50"), FOOD, 13,
         ("fish", "gluten", "eggs", "mustard"), station="fry"),
    Item("Catch of the Day", "Ask what came in; whole, on the bone.", D("25.00"), FOOD, 18,
         ("fish", "milk"), ("gluten free",), not_stated=("crustaceans", "molluscs"), portions_left=10),
    Item("Mushroom Risotto", "Carnaroli rice, porcini, parmesan.", D("16.00"), FOOD, 18,
         ("milk", "celery", "sulphites"), ("vegetarian", "gluten free")),
    Item("Ratatouille", "Provençal vegetables, polenta, basil.", D("14.50"), FOOD, 10,
         ("celery",), ("vegetarian", "vegan", "gluten free")),
    Item("Gnocchi", "Potato gnocchi, sage butter, roasted pumpkin.", D("15.50"), FOOD, 11,
         ("gluten", "eggs", "milk"), ("vegetarian",)),
))

SIDES = Category("Sides", 6, 2, "fry", (
    Item("Fries", "Twice fried, sea salt.", D("4.50"), FOOD, 6,
         diets=("vegan", "gluten free"), popular=True, groups=(c.DIP,)),
    Item("Sweet Potato Fries", "With smoked paprika.", D("5.50"), FOOD, 7,
         diets=("vegan", "gluten free"), groups=(c.DIP,)),
    Item("Onion Rings", "In beer batter.", D("5.50"), FOOD, 6,
         ("gluten", "eggs"), ("vegetarian",), groups=(c.PORTION, c.DIP)),
    Item("Mashed Potatoes", "A lot of butter.", D("4.50"), FOOD, 5,
         ("milk",), ("vegetarian", "gluten free"), station="grill"),
    Item("Grilled Vegetables", "Courgette, aubergine, peppers, lemon oil.", D("5.50"), FOOD, 8,
         diets=("vegan", "gluten free"), station="grill"),
    Item("Bread Basket", "Sourdough, rye and salted butter.", D("3.50"), FOOD, 2,
         ("gluten", "milk", "sesame"), ("vegetarian",), ("nuts", "lupin"), station="cold"),
))

CHILDREN = Category("For Children", 7, 2, "fry", (
    Item("Chicken Nuggets", "Six pieces and a few fries.", D("8.50"), FOOD, 9,
         ("gluten", "eggs"), groups=(c.DIP,)),
    Item("Little Pasta", "Butter and cheese, or tomato: say which in a note.", D("7.50"), FOOD, 8,
         ("gluten", "milk", "eggs"), ("vegetarian",), station="grill"),
    Item("Fish Fingers", "Four of our own, mashed potatoes.", D("8.90"), FOOD, 9,
         ("fish", "gluten", "eggs", "milk"), groups=(c.DIP,)),
))

DESSERTS = Category("Desserts", 8, 3, "cold", (
    Item("Ice Cream", "Two scoops, made here.", D("5.50"), FOOD, 3,
         ("milk", "eggs"), ("vegetarian", "gluten free"), ("nuts", "peanuts"), popular=True,
         groups=(c.SCOOPS, c.ICE_TOPPING)),
    Item("Crème Brûlée", "Vanilla from Madagascar, burnt to order.", D("7.50"), FOOD, 5,
         ("milk", "eggs"), ("vegetarian", "gluten free"), popular=True),
    Item("Chocolate Fondant", "Warm, with a soft middle; allow twelve minutes.", D("8.50"), FOOD, 12,
         ("milk", "eggs", "gluten", "soybeans"), ("vegetarian",), ("nuts",), portions_left=18,
         groups=(c.ICE_TOPPING,)),
    Item("Tarte Tatin", "Caramelised apples, crème fraîche.", D("8.00"), FOOD, 6,
         ("gluten", "milk"), ("vegetarian",), ("nuts", "eggs"), portions_left=12),
    Item("Lemon Sorbet", "Two scoops; a dash of vodka if you ask.", D("5.00"), FOOD, 3,
         diets=("vegan", "gluten free")),
    Item("Cheese Plate", "Four cheeses, walnut bread, quince.", D("11.00"), FOOD, 6,
         ("milk", "gluten", "nuts"), ("vegetarian",)),
))
# fmt: on

FOOD_CATEGORIES = (STARTERS, SALADS, BURGERS, GRILL, CLASSICS, SIDES, CHILDREN, DESSERTS)
