"""What the pages of the menu share."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bistro.core.admin.base import TenantAdmin
from bistro.core.admin.changes import Edits
from menu.steps import touch_menu


def link(page: str, pk: int, words: str) -> SafeString:
    """To another page of the admin."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', reverse(page, args=[pk]), words
    )


class MenuAdmin(TenantAdmin):
    """Whatever is saved, everybody who holds a compiled menu must take the new one."""

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        touch_menu(edits.work, ", ".join(dict.fromkeys(str(row) for row in edits.rows))[:200])
