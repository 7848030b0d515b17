"""A service played against a running server, over the API and the sockets that everybody uses."""
