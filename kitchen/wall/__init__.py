"""The kitchen wall: tickets of one station or of all."""
