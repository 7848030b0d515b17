"""Settings of what guests use: the languages of their pages (docs/languages.md), payments (docs/payments.md)."""

import environ

env = environ.Env()

GUEST_LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]

DUMMY_PROVIDER = env.str("DUMMY_PROVIDER", default="")  # faults of the dummy, such as lost=0.3,latency=2
DUMMY_WEBHOOK_SECRET = env.str("DUMMY_WEBHOOK_SECRET", default="")  # made of SECRET_KEY
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
