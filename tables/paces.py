"""The pace of an evening: how much longer or shorter stays are than was assumed, while nothing has been learned yet.

Guests who are still here count too: their stay is at least as long as they have been here. Without them only the
short stays would count, because those end first.
"""

from collections.abc import Sequence
from math import erfc, exp, log, pi, sqrt

SPREAD = 0.35  # of the logarithms of stays around the usual one
DOUBT = 0.2  # of the assumed usual stay, likewise
ROUNDS = 5
FARTHEST = 6.0  # of a running stay, in spreads, beyond which it tells nothing more
SHORTEST = 0.05  # of the usual stay; less tells nothing


def pace_of(ended: Sequence[float], running: Sequence[float]) -> float:
    """Return the factor of the evening's stays that is most probable; 1.0 is as assumed.

    The stays are given as shares of the assumed ones: of those that `ended`, and of those that are `running` so far.
    """
    known = [log(max(share, SHORTEST)) for share in ended]
    least = [log(share) for share in running if share > SHORTEST]
    mean = 0.0
    for _round in range(ROUNDS):
        slope = sum(known) / SPREAD - len(known) * mean / SPREAD - mean * SPREAD / DOUBT**2
        bend = len(known) + SPREAD**2 / DOUBT**2
        for each in least:
            place = min((each - mean) / SPREAD, FARTHEST)
            rate = _rate(place)
            slope += rate
            bend += rate * (rate - place)
        mean += slope * SPREAD / bend
    return exp(mean)


def _rate(place: float) -> float:
    """Return how probable it is that a stay ends just here, if it has lasted so long: the normal hazard."""
    return exp(-place * place / 2) / sqrt(2 * pi) / (erfc(place / sqrt(2)) / 2)
