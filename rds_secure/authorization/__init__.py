"""What AWS has: actions, what they act on, and condition keys, as of one day. A frozen table; it judges nothing.

The Service Authorization Reference, of the services that matter here; of all others only their prefixes.
"""

from rds_secure.authorization.model import Action, Level, ResourceType, Service
from rds_secure.authorization.reference import Reference, reference

__all__ = ["Action", "Level", "Reference", "ResourceType", "Service", "reference"]
