"""From what is declared and what is live to the calls that make them agree. Pure: no clock, no chance, no AWS."""

from rds_secure.plan.graph import Node, order
from rds_secure.plan.model import Action, Kept, Plan, Refusal, Step
from rds_secure.plan.planner import plan
from rds_secure.plan.retirement import Deletion

__all__ = ["Action", "Deletion", "Kept", "Node", "Plan", "Refusal", "Step", "order", "plan"]
