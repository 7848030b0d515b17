"""The core's part of the HTTP API, and the classes that every app's API shares."""
