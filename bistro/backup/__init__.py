"""Backups of the whole installation: made on a schedule, restored by command (docs/backup.md)."""
