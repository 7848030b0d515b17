"""Pages of the core: login, pairing, invitations, and the check that guards every page."""
