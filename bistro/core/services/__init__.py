"""Services of the core: restaurants, people, devices, upkeep."""
