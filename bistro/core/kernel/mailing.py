"""The setting that decides whether e-mails leave this server."""

from django.conf import settings

CONSOLE = "bistro.mail.channels.console.EmailBackend"


def mail_leaves() -> bool:
    """Return whether a mail server is set up; without one, e-mails are only noted in the server's log."""
    return bool(settings.EMAIL_BACKEND != CONSOLE)
