"""Scanners of AWS accounts against what the strict example provisions; see `run`."""
