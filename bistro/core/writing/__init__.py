"""The unit of work and what surrounds a write: steps, events, commit signal, sweeps."""
