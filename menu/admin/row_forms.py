"""Price and 86 of each dish in the list of the admin, by small forms that call services.

Forms cannot stand in the rows, which are inside the form of the actions. They stand after the table
(`admin/menu/row_forms.html`), and the controls of a row name theirs.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.base import TenantAdmin, manager_of
from bistro.core.admin.lists import LARGEST, TextSafeChangeList
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.money import display, text
from bistro.core.web.pages import next_page
from menu import services
from menu.models import Item

REFUSED = "refused_price"  # in the session: the dish, the typed text and the refusal, for the next list
LONGEST = 20
BUTTON = "border border-base-200 font-medium px-2 py-1 rounded-default whitespace-nowrap dark:border-base-700"


class DishList(TextSafeChangeList):
    """A list that shows a refused price where it was typed."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        refused = request.session.pop(REFUSED, None)
        for item in self.result_list if refused else ():
            if item.pk == refused["item"]:
                item.typed, item.refusal = refused["typed"], refused["message"]  # type: ignore[attr-defined]


class RowForms(TenantAdmin):
    """The columns of price and 86 with their controls, and the page that they are sent to."""

    list_after_template = "admin/menu/row_forms.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[TextSafeChangeList]:
        return DishList

    def get_urls(self) -> Any:
        sent = self.admin_site.admin_view(self.row_view)
        return [path("<int:pk>/row/", sent, name="menu_item_row"), *super().get_urls()]

    @admin.display(description=_("Price"), ordering="price")
    def amount(self, item: Item) -> str:
        """Show the price in its field, and below it what was refused. Archived dishes have no field."""
        house = item.restaurant
        if item.archived_at:
            return display(item.price, house.currency, house.locale)
        typed, refusal = getattr(item, "typed", None), getattr(item, "refusal", "")
        shown = format_html(
            '<span class="flex gap-2"><input '
            'class="border border-base-200 px-2 py-1 rounded-default text-right dark:border-base-700" '
            'form="row-{}" name="price" value="{}" size="5" maxlength="{}" inputmode="decimal" autocomplete="off" '
            'aria-label="{}"> <button class="{}" form="row-{}" name="do" value="price">{}</button></span>',
            *(item.pk, text(item.price, house.currency) if typed is None else typed, LONGEST),
            *(gettext("Price of %(dish)s in %(currency)s") % {"dish": item.name, "currency": house.currency}, BUTTON),
            *(item.pk, gettext("Set")),
        )
        if not refusal:
            return shown
        return format_html('{}<p class="text-red-700 dark:text-red-400" role="alert">{}</p>', shown, refusal)

    @admin.display(description="86")
    def eighty_six(self, item: Item) -> str:
        """Show the button that takes the dish off the menu or brings it back."""
        if item.archived_at:
            return ""
        do, words = ("off", _("86")) if item.available else ("on", _("Bring back"))
        button = '<button class="{}" form="row-{}" name="do" value="{}" aria-label="{}">{}</button>'
        return format_html(button, BUTTON, item.pk, do, f"{words}: {item.name}", words)

    def row_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Do what a button of a row says, and go back to the list."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if pk > LARGEST or not self.has_change_permission(request):
            raise Http404("There is no such dish.")
        try:
            item = self._act(request, pk)
        except DomainError as refusal:
            typed = request.POST.get("price", "")[:LONGEST]
            if "price" in refusal.fields:
                request.session[REFUSED] = {"item": pk, "typed": typed, "message": refusal.message}
            self.message_user(request, refusal.message, messages.ERROR)
        else:
            self.message_user(request, gettext("%(dish)s is changed.") % {"dish": item.name}, messages.SUCCESS)
        return redirect(next_page(request, self.url_of("changelist")))

    def _act(self, request: HttpRequest, pk: int) -> Item:
        do, actor = request.POST.get("do", ""), manager_of(request)
        if do == "price":
            price, seen = _number(request.POST.get("price", "")), _number(request.POST.get("seen", ""))
            return services.set_price(item_id=pk, price=price, seen=seen, actor=actor)
        if do in ("off", "on"):
            return services.set_available(item_id=pk, available=do == "on", actor=actor)
        raise InvalidInput(gettext("Choose what to do."), fields={"do": [gettext("Unknown.")]})


def _number(typed: str) -> Decimal:
    """Return a typed amount, with a decimal point or comma. Raises InvalidInput."""
    said = typed.strip()
    if "." not in said:
        said = said.replace(",", ".", 1)
    try:
        if len(said) > LONGEST or not said.isascii() or "_" in said:
            raise InvalidOperation
        return Decimal(said)
    except InvalidOperation:
        message = gettext("Type an amount such as 12.50.")
        raise InvalidInput(message, fields={"price": [message]}) from None
