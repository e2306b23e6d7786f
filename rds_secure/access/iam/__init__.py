"""What IAM allows whom, decided from policy documents alone: a pure engine. It reads nothing from AWS.

`identities.identities` makes an account of what `GetAccountAuthorizationDetails` answers, `estate.Estate` holds the
databases. `who.Who` answers for all principals, verbs and databases at once, `escalate.Escalations` tells who can give
themselves more, `explain.explain` names the statements that decide. `evaluate.evaluate` decides one request.
"""
