"""Rules of security groups: how they are written, their one normal form, how EC2 takes and gives them. Calls nothing.

A rule's identity is its direction, protocol, ports and peer; the description is not part of it (EC2-1). The normal
form is again a written rule, so that both sides of a comparison, and an import, have the same type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar

from pydantic import BeforeValidator, WithJsonSchema
from pydantic import Field as Setting

from rds_secure.fields import Field, Invalid, Part, Pattern, Reference, values_of
from rds_secure.kind import Complaint
from rds_secure.values import Lookup, Ref, Value

R = TypeVar("R", bound="Rule")

TEXT = r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]"
"""The characters of names and descriptions in EC2 (EC2-5)."""

EVERYTHING_V4, EVERYTHING_V6 = "0.0.0.0/0", "::/0"

_NAMES = {"-1": "all", "1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}
_WITH_PORTS = ("tcp", "udp")
_WITH_TYPES = ("icmp", "icmpv6")
_GROUP = re.compile(r"(?:\d{12}/)?sg-[0-9a-f]{8,17}")
_PREFIX_LIST = re.compile(r"pl-[0-9a-f]{8,17}")

GroupId = Reference(
    ("security_group",),
    "id",
    rf"self|{_GROUP.pattern}|{_PREFIX_LIST.pattern}|[0-9a-fA-F:.]+(?:/\d+)?",
    "a network such as 10.20.0.0/16, a group id, a prefix list id, or self",
    lookup="security_group",
    named="prefix_list",
)
Peer: TypeAlias = Annotated[Ref | Lookup | str, GroupId]


def _not_written(value: object) -> object:
    if value in ((), []):
        return ()
    raise Invalid("nothing can be written here", "take it out: it says what AWS has, and that it goes")


NotWritten = Annotated[tuple[str, ...], BeforeValidator(_not_written), WithJsonSchema({"type": "array", "maxItems": 0})]
"""What may be found at AWS and is never to be there: a spec can only say that there is none."""


class Rule(Part):
    """What ingress and egress rules have in common."""

    direction: ClassVar[str]
    word: ClassVar[str]
    """How its peer is written: from, to."""

    protocol: Annotated[
        str,
        Pattern(r"tcp|udp|icmp|icmpv6|all|-1|\d{1,3}", "a protocol: tcp, udp, icmp, icmpv6, all, or its number"),
        Field(create="IpPermissions[].IpProtocol", read="SecurityGroupRules[].IpProtocol", terraform="ip_protocol"),
    ] = "tcp"
    """The protocol, by name (tcp, udp, icmp, icmpv6, all) or by number."""
    port: Annotated[
        Annotated[str, Pattern(r"all|\d{1,5}|\d{1,3}/\d{1,3}", "a port from 0 to 65535, or all")] | None,
        Field(create="IpPermissions[].FromPort", read="SecurityGroupRules[].FromPort", terraform="from_port"),
    ] = None
    """One port, or all; for icmp and icmpv6 a type (8), a type with its code (3/4), or all."""
    ports: Annotated[
        Annotated[str, Pattern(r"\d{1,5}-\d{1,5}", "a range of ports such as 8000-8100")] | None,
        Field(create="IpPermissions[].ToPort", read="SecurityGroupRules[].ToPort", terraform="to_port"),
    ] = None
    """A range of ports: 8000-8100."""
    description: Annotated[
        Annotated[str, Pattern(rf"{TEXT}{{0,255}}", "a description of letters, digits and ._-:/()#,@[]+=&;{}!$* only")]
        | None,
        Field(
            create="IpPermissions[].IpRanges[].Description",
            change="UpdateSecurityGroupRuleDescriptionsIngress.SecurityGroupRuleDescriptions[].Description",
            read="SecurityGroupRules[].Description",
            terraform="description",
        ),
    ] = None
    """What it is for: at most 255 letters, digits, spaces and ``._-:/()#,@[]+=&;{}!$*``."""

    @property
    def peer(self) -> Value:
        """Where it allows traffic from, or to."""
        raise NotImplementedError

    @property
    def span(self) -> str:
        """Its ports as one text: ``5432``, ``8000-8100``, ``all``."""
        return self.port or self.ports or "all"

    @property
    def label(self) -> str:
        """What makes it this rule and no other; where references are known, their values must be in it."""
        return label(values_of(self))


class IngressRule(Rule):
    """Traffic that is let in."""

    direction, word = "ingress", "from"

    from_: Annotated[
        Peer,
        Field(
            create="IpPermissions[].IpRanges[].CidrIp", read="SecurityGroupRules[].CidrIpv4", terraform="cidr_blocks"
        ),
    ] = Setting(alias="from")
    """Who may connect: a network, a group (in the spec, by id, ``account/id``, or tag), ``self``, or a prefix list.
    The list is written by its id or as ``{prefix_list: name}``, and counts as many rules as it may have entries."""

    @property
    def peer(self) -> Value:
        """Where it allows traffic from."""
        return self.from_


class EgressRule(Rule):
    """Traffic that is let out."""

    direction, word = "egress", "to"

    to: Annotated[
        Peer,
        Field(
            create="IpPermissions[].IpRanges[].CidrIp", read="SecurityGroupRules[].CidrIpv4", terraform="cidr_blocks"
        ),
    ]
    """What may be reached: a network, a group (in the spec, by id, ``account/id``, or tag), ``self``, or a prefix list.
    The list is written by its id or as ``{prefix_list: name}``, and counts as many rules as it may have entries."""

    @property
    def peer(self) -> Value:
        """Where it allows traffic to."""
        return self.to


def label(rule: Mapping[str, Value]) -> str:
    """A rule's identity, for people: ``tcp 5432 from 10.20.0.0/16``, ``icmp to sg-…``, ``all traffic from ::/0``.

    ``rule`` has the fields of a rule in normal form as they are written.
    """
    word = "from" if "from" in rule else "to"
    ports = rule["port"] or rule["ports"]
    if rule["protocol"] == "all":
        what = "all traffic"
    elif ports == "all" and rule["protocol"] not in _WITH_PORTS:
        what = str(rule["protocol"])
    else:
        what = f"{rule['protocol']} {ports}"
    return f"{what} {word} {rule[word]}"


def peer(rule: Mapping[str, Value]) -> Value:
    """Whom a rule, its fields as they are written, is about."""
    return rule["from"] if "from" in rule else rule["to"]


# What is written


def complaints(rule: Rule) -> Iterator[Complaint]:
    """What is wrong with one written rule; paths are relative to it."""
    protocol = _NAMES.get(rule.protocol, rule.protocol)
    if protocol.isdigit() and int(protocol) > 255:
        yield Complaint(("protocol",), f"there is no protocol {protocol}", "write a name, or a number up to 255")
    if rule.port and rule.ports:
        yield Complaint(("ports",), "both port and ports are written", "keep one of them")
    elif protocol in _WITH_PORTS:
        yield from _port_complaints(protocol, rule)
    elif protocol in _WITH_TYPES:
        yield from _type_complaints(protocol, rule)
    elif rule.ports or rule.port not in (None, "all"):
        where = ("ports",) if rule.ports else ("port",)
        yield Complaint(where, f"protocol {protocol} has no ports, so AWS would open all of it", "take the ports out")
    if is_written_network(rule.peer):
        yield from _network_complaints(rule.word, rule.peer)


def _port_complaints(protocol: str, rule: Rule) -> Iterator[Complaint]:
    where = ("ports",) if rule.ports else ("port",)
    if rule.span == "all":
        if not rule.port:
            yield Complaint((), f"a {protocol} rule needs its port", "add port: 5432, ports: 8000-8100, or port: all")
        return
    if "/" in rule.span:
        yield Complaint(where, f"{rule.span!r} is an ICMP type and code", "write a port, or protocol: icmp")
        return
    first, last = _bounds(rule.span)
    if last > 65535 or first > 65535:
        yield Complaint(where, f"{rule.span!r} is no port", "write ports from 0 to 65535")
    elif first > last:
        yield Complaint(where, f"the range {rule.span!r} runs backwards", f"write {last}-{first}")


def _type_complaints(protocol: str, rule: Rule) -> Iterator[Complaint]:
    if rule.ports:
        yield Complaint(("ports",), f"{protocol} has types, not ports", "write port: 8 for one type, or port: all")
    elif any(int(number) > 255 for number in re.findall(r"\d+", rule.port or "")):
        yield Complaint(
            ("port",), f"{rule.port!r} is no {protocol} type", "write a type from 0 to 255, or 3/4 with its code"
        )


def _network_complaints(word: str, peer: str) -> Iterator[Complaint]:
    try:
        network = ip_network(peer, strict=False)
    except ValueError:
        yield Complaint((word,), f"{peer!r} is not a network", "write one such as 10.20.0.0/16 or 2001:db8::/32")
        return
    if "/" not in peer:
        yield Complaint((word,), f"{peer!r} has no prefix length", f"write {network} for this one address")


def _is_named(peer: str) -> bool:
    return peer == "self" or bool(_GROUP.fullmatch(peer) or _PREFIX_LIST.fullmatch(peer))


def _bounds(span: str) -> tuple[int, int]:
    first, _, last = span.partition("-")
    return int(first), int(last or first)


def is_prefix_list(peer: Value) -> bool:
    """Whether a peer is the id of a managed prefix list."""
    return isinstance(peer, str) and bool(_PREFIX_LIST.fullmatch(peer))


def is_written_network(peer: Value) -> bool:
    """Whether a peer is a network, and not the id of something or a reference."""
    return isinstance(peer, str) and not _is_named(peer)


# The normal form


def normal(rule: R, *, own: Value, account: str) -> R:
    """The rule as EC2 would give it back (EC2-1).

    ``own`` is the id of the group that has the rule, for ``self``; ``account`` need not be written before a group id.
    """
    protocol = _NAMES.get(rule.protocol, rule.protocol)
    protocol = str(int(protocol)) if protocol.isdigit() else protocol
    span = _normal_span(protocol, rule.span)
    peer = own if rule.peer == "self" else _normal_peer(rule.peer, account)
    return _with(rule, protocol, span, peer, rule.description or None)


def _normal_span(protocol: str, span: str) -> str:
    if span == "all" or protocol not in (*_WITH_PORTS, *_WITH_TYPES):
        return "all"
    if protocol in _WITH_TYPES:
        return "/".join(str(int(number)) for number in span.split("/"))
    return _shown(*_bounds(span))


def _shown(first: int, last: int) -> str:
    if (first, last) in ((0, 65535), (-1, -1)):
        return "all"
    return str(first) if first == last else f"{first}-{last}"


def _normal_peer(peer: Value, account: str) -> Value:
    if not isinstance(peer, str):
        return peer
    if _is_named(peer):
        return peer.removeprefix(f"{account}/")
    return str(ip_network(peer, strict=False))


def _with(rule: R, protocol: str, span: str, peer: Value, description: str | None) -> R:
    port, ports = (None, span) if "-" in span else (span, None)
    name = "from_" if rule.direction == "ingress" else "to"
    update = {"protocol": protocol, "port": port, "ports": ports, name: peer, "description": description}
    return rule.model_copy(update=update)


# What EC2 takes and gives


def permission(rule: Mapping[str, Value]) -> dict[str, Value]:
    """An ``IpPermissions`` item of EC2 for a rule in normal form, its fields as they are written."""
    protocol = rule["protocol"]
    description = {"Description": rule["description"]} if rule["description"] else {}
    return {
        "IpProtocol": "-1" if protocol == "all" else protocol,
        **_ports(protocol, rule["port"] or rule["ports"]),
        **_peer(peer(rule), description),
    }


def _ports(protocol: str, span: str) -> dict[str, Value]:
    if protocol in _WITH_PORTS:
        first, last = (0, 65535) if span == "all" else _bounds(span)
    elif protocol in _WITH_TYPES:
        kind, _, code = span.partition("/")
        first, last = (-1, -1) if span == "all" else (int(kind), int(code or -1))
    else:
        return {}
    return {"FromPort": first, "ToPort": last}


def _peer(peer: Value, description: Mapping[str, str]) -> dict[str, Value]:
    if is_prefix_list(peer) if isinstance(peer, str) else isinstance(peer, Lookup) and peer.what == "prefix_list":
        return {"PrefixListIds": ({"PrefixListId": peer, **description},)}
    if not isinstance(peer, str):
        return {"UserIdGroupPairs": ({"GroupId": peer, **description},)}
    if _GROUP.fullmatch(peer):
        account, _, group = peer.rpartition("/")
        pair = {"UserId": account, "GroupId": group} if account else {"GroupId": group}
        return {"UserIdGroupPairs": ({**pair, **description},)}
    if ":" in peer:
        return {"Ipv6Ranges": ({"CidrIpv6": peer, **description},)}
    return {"IpRanges": ({"CidrIp": peer, **description},)}


def read_rule(row: Mapping[str, Any]) -> IngressRule | EgressRule:
    """A row of DescribeSecurityGroupRules in normal form."""
    protocol = _NAMES.get(row["IpProtocol"], row["IpProtocol"])
    first, last = row.get("FromPort", -1), row.get("ToPort", -1)
    if protocol in _WITH_PORTS:
        span = _shown(first, last)
    elif protocol in _WITH_TYPES and first != -1:
        span = str(first) if last == -1 else f"{first}/{last}"
    else:
        span = "all"
    blank = EgressRule.model_construct(to="") if row["IsEgress"] else IngressRule.model_construct(from_="")
    return _with(blank, protocol, span, _read_peer(row), row.get("Description") or None)


def _read_peer(row: Mapping[str, Any]) -> str:
    group = row.get("ReferencedGroupInfo") or {}
    if "GroupId" not in group:
        return str(row.get("CidrIpv4") or row.get("CidrIpv6") or row.get("PrefixListId"))
    away = group.get("UserId", row["GroupOwnerId"]) != row["GroupOwnerId"]
    return f"{group['UserId']}/{group['GroupId']}" if away else str(group["GroupId"])
