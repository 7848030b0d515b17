"""The demo restaurant: its data, and the commands that create it and simulate a service."""
