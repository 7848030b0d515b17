"""Settings of payments and receipts, read from the environment. A part of `bistro.settings`."""

import environ

env = environ.Env()

__all__ = ["FISCAL_SIGNER"]

FISCAL_SIGNER = env.str("FISCAL_SIGNER", default="none")  # docs/fiscal.md
