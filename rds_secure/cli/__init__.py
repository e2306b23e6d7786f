"""The command line: one small module per command, loaded when it is run. Exit codes are decided in `main` alone."""

from rds_secure.cli.main import main

__all__ = ["main"]
