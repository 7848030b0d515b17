"""The speed machinery: compiled queries, bulk inserts, statement batches, group commit, fast path."""
