"""A simulated service against a running server, over the same API and sockets that other clients use."""
