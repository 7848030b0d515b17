"""The vocabulary of the whole product: errors, money, names, actors, roles, events. No database."""
