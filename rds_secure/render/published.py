"""The base of what is published as JSON. What is in it: the `…view` modules."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """The base of all parts: every field is always there."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)
