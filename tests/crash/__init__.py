"""Applies that are killed, throttled and cut off, and what the account is like after the next one."""
