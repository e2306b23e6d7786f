"""Who asks: everybody in an account, and whom its policies name from outside. It knows no databases."""

from __future__ import annotations

from collections.abc import Iterable

from rds_secure.access.iam.become import ASSUMING, Ways, outsiders
from rds_secure.access.iam.court import Asker
from rds_secure.access.iam.docket import Docket
from rds_secure.access.iam.identities import Identities
from rds_secure.access.iam.means import ACTIONS
from rds_secure.access.iam.policy import Policy
from rds_secure.access.iam.verbs import VERBS


class People:
    """The principals of an account, and the roles that they can become; ``named`` are the policies of its resources.

    ``askers`` are root, users, roles, and ``outsiders``: whom trust policies, keys and secrets name.
    """

    def __init__(self, identities: Identities, named: Iterable[Policy]) -> None:
        self.docket = Docket([*(act.action for acts in VERBS.values() for act in acts), *ASSUMING, *ACTIONS])
        self.ways = Ways(identities, self.docket)
        self.outsiders = outsiders([*(role.trust for role in identities.roles), *named], identities.account)
        users = (Asker(identities.caller(user), identities.policies_of(user)) for user in identities.users)
        root = Asker(identities.root, identities.policies_of_root())
        self.askers = (root, *users, *self.ways.askers, *self.outsiders)
