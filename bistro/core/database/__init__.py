"""Extensions of Django's database layer: lookups, querysets, schema operations, migrating."""
