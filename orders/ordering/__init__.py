"""The waiter's order screen: for a table, for take-away and counter orders, and the list of the latter."""
