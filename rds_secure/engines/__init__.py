"""Facts per database engine, as data: limits, log types, versions, families, parameters. Calls nothing."""

from rds_secure.engines.engine import (
    DB_NAME,
    ENGINES,
    MASTER_NAME,
    PORTS,
    REFUSED_MASTER_NAMES,
    Engine,
)
from rds_secure.engines.parameter import (
    PAIRS,
    ApplyMethod,
    ApplyType,
    apply_method,
    batches,
    same_parameter_value,
    tls_parameters,
)
from rds_secure.engines.version import (
    compare_versions,
    engine_of_family,
    family,
    is_major_change,
    major,
    matches,
    satisfies,
)

__all__ = [
    "DB_NAME",
    "ENGINES",
    "MASTER_NAME",
    "PAIRS",
    "PORTS",
    "REFUSED_MASTER_NAMES",
    "ApplyMethod",
    "ApplyType",
    "Engine",
    "apply_method",
    "batches",
    "compare_versions",
    "engine_of_family",
    "family",
    "is_major_change",
    "major",
    "matches",
    "same_parameter_value",
    "satisfies",
    "tls_parameters",
]
