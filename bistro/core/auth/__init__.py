"""Credentials and permissions: authentication, actors, rate limits, socket passes."""
