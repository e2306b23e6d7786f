"""An account as AWS describes it: replies by question, read in bulk, recorded, or as a plan would leave them.

    inventory = read(reader, place, {Topic.DATABASES, Topic.NETWORK})     # what AWS denies is unread, never absent

What access, rules and audits are computed from. Nothing here decides anything.
"""

from rds_secure.inventory.model import Inventory, Place, Question, Reply
from rds_secure.inventory.questions import Topic
from rds_secure.inventory.reading import read

__all__ = ["Inventory", "Place", "Question", "Reply", "Topic", "read"]
