"""A spec of what exists already: chosen, keyed, and written with its defaults left out. It changes nothing at AWS."""

from rds_secure.draft.select import Selection, select
from rds_secure.draft.write import Draft, Entry, write

__all__ = ["Draft", "Entry", "Selection", "select", "write"]
