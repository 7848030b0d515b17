"""The fourteen allergens of Annex II to EU regulation 1169/2011, and the diets that a guest may ask for."""

ALLERGENS: tuple[tuple[str, str], ...] = (
    ("gluten", "Cereals with gluten"),
    ("crustaceans", "Crustaceans"),
    ("eggs", "Eggs"),
    ("fish", "Fish"),
    ("peanuts", "Peanuts"),
    ("soybeans", "Soybeans"),
    ("milk", "Milk"),
    ("nuts", "Nuts"),
    ("celery", "Celery"),
    ("mustard", "Mustard"),
    ("sesame", "Sesame"),
    ("sulphites", "Sulphites"),
    ("lupin", "Lupin"),
    ("molluscs", "Molluscs"),
)
DIETS: tuple[tuple[str, str], ...] = (
    ("vegetarian", "Vegetarian"),
    ("vegan", "Vegan"),
    ("gluten free", "Gluten free"),
    ("lactose free", "Lactose free"),
    ("halal", "Halal"),
    ("kosher", "Kosher"),
)
