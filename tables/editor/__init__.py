"""The floor editor, a page for managers."""
