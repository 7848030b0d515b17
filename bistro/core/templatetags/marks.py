"""Template tags for state marks and icons, and for the style sheets of components."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from bistro.core.kernel import marks

register = template.Library()
SPRITE = "img/sprite.svg"


@register.simple_tag
def mark(state: str, label: str = "", css: str = "") -> SafeString:
    """Render the mark of a state. Without a label screen readers skip it, because the state's word stands beside it."""
    return format_html(
        '<svg class="mark{}" data-state="{}" {}><use href="{}#m-{}"/></svg>',
        f" {css}" if css else "",
        state,
        _name(label),
        static(SPRITE),
        marks.PICTURES[state],
    )


@register.simple_tag
def mark_in_svg(state: str, x: int, y: int, side: int) -> SafeString:
    """Render the mark of a state inside a drawing. The colours come from the `data-state` of an element around it."""
    return format_html(
        '<use href="{}#m-{}" x="{}" y="{}" width="{}" height="{}"/>',
        static(SPRITE), marks.PICTURES[state], x, y, side, side,
    )  # fmt: skip


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Render an icon in the colour of its text. Without a label screen readers skip it."""
    classes = f" {css}" if css else ""
    return format_html(
        '<svg class="icon{}" {}><use href="{}#i-{}"/></svg>', classes, _name(label), static(SPRITE), name
    )


def _name(label: str) -> SafeString:
    return format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')


@register.simple_tag
def age_mark(age: str) -> SafeString:
    """Render the word and the mark of a ticket's age. The ticket carries `data-age`; clock.js updates all three."""
    word = {"new": "", "soon": gettext("soon"), "late": gettext("late")}[age]
    return format_html(
        '<span class="ticket__word" data-age-word>{}</span><svg class="mark" data-age-mark aria-hidden="true">'
        '<use href="{}#m-{}"/></svg>',
        word,
        static(SPRITE),
        age if word else "soon",
    )


@register.simple_tag
def age_words() -> str:
    """Return the words of the ages `soon` and `late` for ticket-ages.js."""
    return f"{gettext('soon')}|{gettext('late')}"


@register.simple_tag
def component_styles(*names: str) -> SafeString:
    """Render the links to the style sheets of these components, in this order."""
    sheets = ((static(f"css/components/{name}.css"),) for name in names)
    return format_html_join("\n  ", '<link rel="stylesheet" href="{}">', sheets)
