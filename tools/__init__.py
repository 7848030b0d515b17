"""Tools that work with a Bistro server and are not part of it. Each has a requirements file of its own."""
