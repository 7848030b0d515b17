"""A whole Saturday evening under a simulated clock: bookings, walk-ins, waiting, moves, dishes and payments."""
