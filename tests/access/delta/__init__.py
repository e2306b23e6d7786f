"""The change in access: two postures of one account, compared."""
