"""The live feed: event log, hub, sockets and their credentials."""
