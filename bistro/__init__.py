"""The product: settings, wiring, URLs and the admin's front page."""
