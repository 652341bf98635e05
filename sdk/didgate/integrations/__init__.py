"""A gate before an application: ASGI middleware, FastAPI dependency."""
