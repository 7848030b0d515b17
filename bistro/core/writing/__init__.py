"""The unit of work and the other parts of a write: steps, events, commit signal, sweeps."""
