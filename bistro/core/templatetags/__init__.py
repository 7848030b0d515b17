"""Template tags for the pages of all apps."""
