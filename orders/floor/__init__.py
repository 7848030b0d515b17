"""The floor plan and the table sheet."""
