"""The core's part of the HTTP API, and what every app's API shares."""
