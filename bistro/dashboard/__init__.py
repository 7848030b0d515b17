"""The manager's figures of the business day, for the front page of the admin and for the API."""
