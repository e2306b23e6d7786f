"""IAM, KMS and trust policy documents: one canonical form, a statement-level diff, structural checks; no evaluation.

A document is IAM's own JSON as a frozen `values.Value`; references (`Ref`, `Text`) may stand where a string may.
What is sent to AWS is the document as written (`template`, `render`); what is compared is its `canonical` form.
"""

from rds_secure.documents.change import StatementChange, diff
from rds_secure.documents.check import Requirement, problems, unique_ids
from rds_secure.documents.form import LANGUAGE, canonical, equal
from rds_secure.documents.statement import statements_from
from rds_secure.documents.text import (
    KEY_POLICY_LIMIT,
    MANAGED_POLICY_LIMIT,
    TRUST_POLICY_LIMIT,
    parse,
    render,
    size,
    template,
)

__all__ = [
    "KEY_POLICY_LIMIT",
    "LANGUAGE",
    "MANAGED_POLICY_LIMIT",
    "TRUST_POLICY_LIMIT",
    "Requirement",
    "StatementChange",
    "canonical",
    "diff",
    "equal",
    "parse",
    "problems",
    "render",
    "size",
    "statements_from",
    "template",
    "unique_ids",
]
