"""Whether operations and reads fit botocore's own service models: names, parameters, export and wait paths. Offline."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
import jmespath
from botocore import xform_name
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from rds_secure.operation import Operation, Wait
from rds_secure.values import Ref, Text, transform


def assert_valid(operation: Operation) -> None:
    """The call exists, takes these parameters, and its reply has what is exported and waited for."""
    model = _model(operation.service, operation.action)
    assert operation.method == xform_name(operation.action)
    _assert_params(model, operation.params)
    for path in operation.exports.values():
        assert_path(model.output_shape, path)
    if operation.wait:
        assert_valid_wait(operation.wait)
    for action in operation.also:
        assert re.fullmatch(r"[a-z0-9-]+:[A-Z][A-Za-z]+", action), action


def assert_valid_call(service: str, action: str, params: Mapping[str, Any]) -> None:
    """A read call exists and takes these parameters."""
    _assert_params(_model(service, action), params)


def assert_valid_read(service: str, action: str, path: str) -> None:
    """A JMESPath into the reply of a call names members that it has."""
    assert_path(_model(service, action).output_shape, path)


def assert_valid_wait(wait: Wait) -> None:
    """The polled call exists, and every condition looks at a member that its reply has."""
    model = _model(wait.service, wait.action)
    _assert_params(model, wait.params)
    assert_path(model.output_shape, wait.select)
    for path in (*(condition.path for condition in (*wait.until, *wait.fail)), *wait.exports.values()):
        assert_path(model.output_shape, f"{wait.select} | {path}")


def assert_path(shape: Shape | None, path: str) -> None:
    """A JMESPath compiles and names members that the shape has."""
    assert shape is not None, f"nothing is returned, so there is no {path}"
    unknown = list(_unknown(jmespath.compile(path).parsed, shape, []))
    assert not unknown, f"{path}: no {unknown}"


@cache
def _service(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


def _model(service: str, action: str) -> OperationModel:
    assert action in _service(service).operation_names, f"{service} has no {action}"
    return _service(service).operation_model(action)


def _assert_params(model: OperationModel, params: Mapping[str, Any]) -> None:
    if model.input_shape is None:
        assert not params, f"{model.name} takes no parameters"
        return
    report = ParamValidator().validate(_written(params), model.input_shape)
    assert not report.has_errors(), f"{model.name}: {report.generate_report()}"


def _written(value: Any) -> Any:
    """References as the strings that they become, tuples as the lists that botocore wants."""
    filled = transform(value, lambda leaf: "filled-in-once-it-is-known" if isinstance(leaf, Ref | Text) else leaf)
    return _lists(filled)


def _lists(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value


def _unknown(node: Mapping[str, Any], shape: Shape | None, found: list[Shape | None]) -> Iterator[str]:
    """The fields of a parsed JMESPath which a shape lacks; the shape that the path leads to is appended to ``found``.

    None stands for a shape that is not known (the result of a function), of which nothing is asked.
    """
    children = node["children"]
    match node["type"]:
        case "field":
            yield from _unknown_field(str(node["value"]), shape, found)
        case "subexpression" | "projection" | "value_projection" | "filter_projection" | "index_expression" | "pipe":
            steps = children[:2] if node["type"] == "filter_projection" else children
            for number, child in enumerate(steps):
                if number and node["type"] == "filter_projection":
                    yield from _unknown(children[2], shape, [])
                inner: list[Shape | None] = []
                yield from _unknown(child, shape, inner)
                shape = inner[0] if inner else None
            found.append(shape)
        case "flatten":
            inner = []
            yield from _unknown(children[0], shape, inner)
            found.append(_member(inner[0] if inner else None))
        case "index" | "slice":
            found.append(_member(shape))
        case "current" | "identity":
            found.append(shape)
        case _:
            for child in children:
                if isinstance(child, Mapping):
                    yield from _unknown(child, shape, [])
            found.append(None)


def _unknown_field(name: str, shape: Shape | None, found: list[Shape | None]) -> Iterator[str]:
    if isinstance(shape, ListShape):
        shape = shape.member
    if isinstance(shape, StructureShape):
        if name not in shape.members:
            yield f"{shape.name}.{name}"
        found.append(shape.members.get(name))
    elif isinstance(shape, MapShape):
        found.append(shape.value)
    elif shape is not None:
        yield f"{shape.name}.{name}"
    else:
        found.append(None)


def _member(shape: Shape | None) -> Shape | None:
    return shape.member if isinstance(shape, ListShape) else shape
