"""JMESPath with one function more: a part of an ARN, where no reply has it by itself. It looks, and calls nothing."""

from __future__ import annotations

from typing import Any

import jmespath
from jmespath import functions


class _Functions(functions.Functions):  # type: ignore[misc]
    @functions.signature({"types": ["string", "null"]})  # type: ignore[untyped-decorator]
    def _func_last_part(self, arn: str | None) -> str | None:
        """``last_part(arn)``: what stands behind the last colon; null of null."""
        return arn.rpartition(":")[2] if arn else None


_OPTIONS = jmespath.Options(custom_functions=_Functions())


def search(path: str, value: Any) -> Any:
    """What a path leads to; None where it leads nowhere."""
    return jmespath.search(path, value, _OPTIONS)
