"""The letters of the state marks: the only source of letters for pages, read models and scripts.

A mark is a letter in a shape in a colour. The style sheet `components.css` gives each state its shape and colour.
"""

MARKS = {
    "new": "N",
    "soon": "S",
    "late": "!",
    "free": "N",
    "occupied": "–",
    "ordering": "S",
    "waiting": "–",
    "ready": "R",
    "held": "H",
    "out_of_service": "×",
}
AGES = ("new", "soon", "late")  # the states of a ticket by age, in this order
AGE_LETTERS = "".join(MARKS[age] for age in AGES)
