"""The opening of restaurants by command, with everything that takes and cooks an order."""
