"""Facts per database engine, as data: limits, log types, versions, families, parameters, options. Calls nothing."""

from rds_secure.engines.engine import (
    DB_NAME,
    ENGINES,
    MASTER_NAME,
    PORTS,
    REFUSED_MASTER_NAMES,
    Engine,
)
from rds_secure.engines.option import (
    WITHOUT_OPTIONS,
    option_group_fits,
    option_group_version,
    option_notes,
    option_of,
    options_named,
    same_setting,
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
    "WITHOUT_OPTIONS",
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
    "option_group_fits",
    "option_group_version",
    "option_notes",
    "option_of",
    "options_named",
    "same_parameter_value",
    "same_setting",
    "satisfies",
    "tls_parameters",
]
