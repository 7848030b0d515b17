"""The ASGI edge: admission, threads, limits of Daphne, middleware, error pages."""
