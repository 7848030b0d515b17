"""Base classes of the menu's admin pages."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bistro.core.admin.base import TenantAdmin
from bistro.core.admin.changes import Edits
from menu.choices import refuse_doubled_choices
from menu.steps import touch_menu


def link(page: str, pk: int, words: str) -> SafeString:
    """Return a link to another page of the admin."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', reverse(page, args=[pk]), words
    )


class MenuAdmin(TenantAdmin):
    """An admin page whose every write raises the menu's version, so that compiled menus are read again.

    A write that would give a dish two choices of one name is refused.
    """

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        touch_menu(edits.work, ", ".join(dict.fromkeys(str(row) for row in edits.rows))[:200])
        refuse_doubled_choices(edits.work)
