"""The page that leads a new owner from an empty restaurant to its first order, and shows what is missing."""
