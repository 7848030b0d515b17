"""Pages of the kitchen. They work without JavaScript: an act answers with a redirect to the board."""
