"""Operation: health, metrics, logs, system checks, version."""
