"""Words for the kinds of events, which the audit trail shows in place of their types."""

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

KINDS = (
    _("atomic transaction complete"),
    _("bill reduced"),
    _("bill updated"),
    _("configuration updated"),
    _("deposit updated"),
    _("device updated"),
    _("document created"),
    _("document updated"),
    _("drawer opened"),
    _("guest created"),
    _("guest deleted"),
    _("guest profile updated"),
    _("guest updated"),
    _("kitchen updated"),
    _("membership updated"),
    _("menu updated"),
    _("message updated"),
    _("opening hours updated"),
    _("order created"),
    _("order updated"),
    _("payment created"),
    _("payment updated"),
    _("period closed"),
    _("pin updated"),
    _("printer updated"),
    _("reservation created"),
    _("reservation deleted"),
    _("reservation updated"),
    _("restaurant created"),
    _("restaurant updated"),
    _("sections updated"),
    _("service call created"),
    _("service call updated"),
    _("setup updated"),
    _("table updated"),
    _("tablet updated"),
    _("ticket updated"),
    _("account updated"),
    _("till updated"),
    _("voucher updated"),
    _("tips updated"),
    _("webhook updated"),
)


def kind_text(type_: str) -> str:
    """Return the words for a type of events, e.g. “order created” for `order_created`, in the page's language."""
    return gettext(type_.replace("_", " "))
