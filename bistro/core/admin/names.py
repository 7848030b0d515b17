"""Names of tables and columns on the pages of the admin, translated without a migration for each.

Django takes them from the classes of the models. `translate_names` makes them follow the language of the page; NAMES
lists the texts for gettext.
"""

from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

NAMES = (
    _("Bills"),
    _("Bulk changes of the menu"),
    _("Kitchen"),
    _("Menu"),
    _("Menu files"),
    _("Orders"),
    _("Printing"),
    _("Restaurant"),
    _("Tables"),
    _("address"),
    _("allergen"),
    _("allergens"),
    _("amount"),
    _("at"),
    _("bill"),
    _("by"),
    _("category"),
    _("choice groups"),
    _("choices"),
    _("code"),
    _("code page"),
    _("columns"),
    _("completed at"),
    _("created at"),
    _("currency"),
    _("device"),
    _("devices"),
    _("diets"),
    _("email"),
    _("enabled"),
    _("event"),
    _("events"),
    _("expires at"),
    _("firmware"),
    _("footer text"),
    _("group"),
    _("height"),
    _("hold courses"),
    _("host"),
    _("image"),
    _("imports"),
    _("ingredient"),
    _("ingredients"),
    _("invitation"),
    _("invitations"),
    _("item"),
    _("items"),
    _("key"),
    _("kind"),
    _("kitchen notes"),
    _("land together"),
    _("language"),
    _("largest change of a price by a waiter"),
    _("legal name"),
    _("line"),
    _("lines"),
    _("locale"),
    _("logo"),
    _("membership"),
    _("memberships"),
    _("minutes until the next course"),
    _("modifier"),
    _("modifiers"),
    _("name"),
    _("note"),
    _("number"),
    _("order"),
    _("order kind"),
    _("order lines"),
    _("orders"),
    _("out of service"),
    _("pads need an open session"),
    _("party"),
    _("payment"),
    _("payments"),
    _("percent"),
    _("phone"),
    _("placed at"),
    _("placed by"),
    _("port"),
    _("position"),
    _("printer"),
    _("printers"),
    _("prints"),
    _("quantity"),
    _("recipe part"),
    _("recipe parts"),
    _("restaurant"),
    _("restaurants"),
    _("role"),
    _("rotation"),
    _("seats"),
    _("seconds until a call rings again"),
    _("section"),
    _("sections"),
    _("server"),
    _("service call"),
    _("service calls"),
    _("shape"),
    _("shared tablets lock after"),
    _("smallest coin"),
    _("station"),
    _("stations"),
    _("status"),
    _("table"),
    _("tables"),
    _("tables are cleared when the bill is paid"),
    _("tax"),
    _("tax component"),
    _("tax components"),
    _("tax is rounded"),
    _("tax mode"),
    _("tax number"),
    _("tax rounds"),
    _("taxes"),
    _("ticket"),
    _("ticket line"),
    _("ticket lines"),
    _("tickets"),
    _("total"),
    _("unit"),
    _("used at"),
    _("valid from"),
    _("width"),
    _("withdrawn"),
)
OUR_APPS = (
    "core", "menu", "menu_files", "menu_bulk", "tables", "orders", "billing", "kitchen", "printing", "mail"
)  # fmt: skip


def translate_names() -> None:
    """Replace plain names of our tables and columns by lazy ones. Migrations keep the texts of the classes."""
    for label in OUR_APPS:
        app: Any = apps.get_app_config(label)
        app.verbose_name = _lazy(app.verbose_name)
        for model in app.get_models(include_auto_created=True):
            options: Any = model._meta
            options.verbose_name_plural = _lazy(options.verbose_name_plural)
            options.verbose_name = _lazy(options.verbose_name)
            for field in (*options.local_fields, *options.local_many_to_many):
                field.verbose_name = _lazy(field.verbose_name)


def _lazy(name: Any) -> Any:
    return gettext_lazy(name) if name in NAMES and not isinstance(name, Promise) else name
