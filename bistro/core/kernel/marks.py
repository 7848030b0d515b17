"""The marks of states: a picture in a shape in a colour, always beside the state's word.

`static/img/sprite.svg` draws the pictures, `static/css/components/mark.css` gives each state its colours.
"""

from django.utils.translation import gettext_lazy as _

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

# The words of states on pages that have no words of their own, for example the style guide.
WORDS = {
    "free": _("Free"),
    "reserved": _("Reserved"),
    "late_booking": _("Late booking"),
    "seated": _("Seated"),
    "ordering": _("Ordering"),
    "waiting": _("Waiting"),
    "cooking": _("Cooking"),
    "late": _("Late"),
    "calls": _("Calls"),
    "ready": _("Food ready"),
    "eating": _("Eating"),
    "bill": _("Bill asked"),
    "paid": _("Paid"),
    "clear": _("To clear"),
    "held": _("Held"),
    "soon": _("Soon"),
    "out_of_service": _("Out of service"),
}
