"""Template tags for state marks."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bistro.core.kernel import marks

register = template.Library()


@register.simple_tag
def mark(state: str) -> SafeString:
    """Render the mark of a state. Screen readers skip the mark, so the word stands beside it."""
    return format_html('<span class="mark" data-state="{}" aria-hidden="true">{}</span>', state, marks.MARKS[state])


@register.simple_tag
def age_mark(age: str) -> SafeString:
    """Render the mark of a ticket's age. The ticket carries `data-age`, which clock.js updates."""
    return format_html('<span class="mark" data-age-mark aria-hidden="true">{}</span>', marks.MARKS[age])


@register.simple_tag
def age_letters() -> str:
    """Return the letters of the three ages for clock.js."""
    return marks.AGE_LETTERS
