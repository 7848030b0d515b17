"""Settings of what guests use: the languages of their pages (docs/languages.md), payments (docs/payments.md)."""

import environ

env = environ.Env()

GUEST_LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("fr", "Français"), ("es", "Español"), ("ar", "العربية")]

# Rate limits of pages that guests open by a link, and of what guests bring. They become a part of RATE_LIMITS.
GUEST_LIMITS = {
    "guest-page": "120/min",  # of one address
    "guest-pay": "30/min",
    "voucher": "10/min",  # codes of vouchers that do not exist, of one person or device
    "guest-hold": "60/h",  # times that are kept on the booking page, of one address
    "guest-book": "20/h",  # bookings of one address
    "guest-book-house": "200/h",  # bookings at one house, because addresses are many
    "guest-book-contact": "10/h",  # bookings with one phone number or e-mail address, which gets the messages
    "guest-booking": "30/h",  # changes of one booking by its guest
}

DUMMY_PROVIDER = env.str("DUMMY_PROVIDER", default="")  # faults of the dummy, such as lost=0.3,latency=2
DUMMY_WEBHOOK_SECRET = env.str("DUMMY_WEBHOOK_SECRET", default="")  # made of SECRET_KEY
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", default="")
