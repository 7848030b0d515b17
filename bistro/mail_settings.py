"""Settings of e-mail, SMS and webhooks, read from the environment. A part of `bistro.settings`."""

from ipaddress import ip_network
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

env = environ.Env()

__all__ = [
    "DEFAULT_FROM_EMAIL",
    "EMAIL_BACKEND",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_TIMEOUT",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "SMS_SENDER",
    "SMS_TOKEN",
    "SMS_URL",
    "WEBHOOK_NETWORKS",
    "WEBHOOK_SECONDS",
]

EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("EMAIL_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_PASSWORD", default="")
_security = env.str("EMAIL_SECURITY", default="starttls")
EMAIL_USE_TLS, EMAIL_USE_SSL = _security == "starttls", _security == "tls"
EMAIL_TIMEOUT = 10  # seconds for each answer of a mail server or SMS gateway
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="bistro@localhost.invalid")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "bistro.mail.channels.console.EmailBackend"
)
SMS_URL = env.str("SMS_URL", default="")
SMS_TOKEN = env.str("SMS_TOKEN", default="")
SMS_SENDER = env.str("SMS_SENDER", default="")

if _security not in ("starttls", "tls", "none"):
    raise ImproperlyConfigured(f"EMAIL_SECURITY is “{_security}”; write starttls, tls or none.")
if EMAIL_HOST:
    try:
        validate_email(DEFAULT_FROM_EMAIL)
    except ValidationError:
        raise ImproperlyConfigured(f"EMAIL_FROM is “{DEFAULT_FROM_EMAIL}”; write the sender's address.") from None
if SMS_URL and (urlsplit(SMS_URL).scheme not in ("http", "https") or not urlsplit(SMS_URL).hostname):
    raise ImproperlyConfigured(f"SMS_URL is “{SMS_URL}”; write it like https://sms.example.com/v1/messages")

WEBHOOK_SECONDS = 10  # for the whole request to another program
_networks = env.list("WEBHOOK_NETWORKS", default=[])
try:  # private networks to which events may go, also without encryption (docs/webhooks.md)
    WEBHOOK_NETWORKS = [ip_network(network.strip()) for network in _networks]
except ValueError as error:
    raise ImproperlyConfigured(f"WEBHOOK_NETWORKS: {error}; write it like 192.168.10.0/24,127.0.0.1") from None
