"""The pass: orders across all stations."""
