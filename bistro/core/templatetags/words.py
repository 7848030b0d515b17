"""The tag `{% script_words %}`: the texts that the scripts of a page show."""

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from bistro.core.web import script_words as listed

register = template.Library()


@register.simple_tag
def script_words() -> SafeString:
    """Render the texts for static/js/words.js."""
    return json_script(listed.script_words(), "script-words")
