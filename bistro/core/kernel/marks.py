"""The marks of states: a picture in a shape in a colour, always beside the state's word.

`static/img/sprite.svg` draws the pictures, `static/css/components/mark.css` gives each state its colours.
"""

# {state: its picture in the sprite}. A state stands in `data-state`.
PICTURES = {
    "free": "free",
    "new": "free",
    "paid": "done",
    "done": "done",
    "clear": "clear",
    "seated": "seated",
    "occupied": "seated",
    "waiting": "waiting",
    "cooking": "cooking",
    "eating": "eating",
    "ordering": "ordering",
    "soon": "soon",
    "late": "late",
    "calls": "calls",
    "ready": "ready",
    "held": "held",
    "reserved": "reserved",
    "late_booking": "late-booking",
    "bill": "bill",
    "out_of_service": "out",
}

# The letters of the earlier look, until the floor and the wall are redrawn.
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
