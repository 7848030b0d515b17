"""Credentials and rights: authentication, gates, rate limits, socket passes."""
