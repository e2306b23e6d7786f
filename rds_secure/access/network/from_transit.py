"""Transit gateways out of the replies of EC2: attachments, tables, and what of them the gateway's owner keeps back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from rds_secure.access.network.model import TransitAttachment, TransitRoute, TransitTable

_ON = {"enable": True, "disable": False}


class TransitParts(TypedDict):
    """The parts of a `Network` that are about transit gateways."""

    transit_attachments: Mapping[str, TransitAttachment] | None
    transit_tables: Mapping[str, TransitTable] | None
    transit_references: Mapping[str, bool] | None


def transit_parts(
    account: str, replies: Mapping[str, Mapping[str, Any] | None], routes: Mapping[str, Mapping[str, Any] | None]
) -> TransitParts:
    """What DescribeTransitGateway… and SearchTransitGatewayRoutes say; see `network_of`."""
    every = replies.get("DescribeTransitGatewayAttachments")
    details = _details(replies.get("DescribeTransitGatewayVpcAttachments"))
    tables = replies.get("DescribeTransitGatewayRouteTables")
    gateways = replies.get("DescribeTransitGateways")
    return {
        "transit_attachments": None
        if every is None
        else {
            item["TransitGatewayAttachmentId"]: _attachment(account, item, details)
            for item in every["TransitGatewayAttachments"]
        },
        "transit_tables": None
        if tables is None
        else {
            item["TransitGatewayRouteTableId"]: _table(item, routes.get(item["TransitGatewayRouteTableId"]))
            for item in tables["TransitGatewayRouteTables"]
        },
        "transit_references": None if gateways is None else _references(gateways),
    }


def _attachment(account: str, item: Mapping[str, Any], details: Mapping[str, Mapping[str, Any]]) -> TransitAttachment:
    """An attachment. An account that a gateway is shared with is not told its associations."""
    detail = details.get(item["TransitGatewayAttachmentId"], {})
    association = item.get("Association") or {}
    shown = item.get("TransitGatewayOwnerId", account) == account
    table = association.get("TransitGatewayRouteTableId") or ("" if shown else None)
    if association.get("State", "associated") in ("disassociating", "disassociated"):
        table = ""
    return TransitAttachment(
        item["TransitGatewayAttachmentId"],
        item["TransitGatewayId"],
        item["ResourceType"],
        item.get("ResourceId", ""),
        item.get("ResourceOwnerId", ""),
        item["State"],
        table,
        tuple(detail["SubnetIds"]) if "SubnetIds" in detail else None,
        _ON.get((detail.get("Options") or {}).get("SecurityGroupReferencingSupport", "")),
    )


def _details(reply: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    every = (reply or {}).get("TransitGatewayVpcAttachments", ())
    return {item["TransitGatewayAttachmentId"]: item for item in every}


def _table(item: Mapping[str, Any], reply: Mapping[str, Any] | None) -> TransitTable:
    """A table; one with more routes than a search yields counts as not read."""
    routes = None if reply is None or reply.get("AdditionalRoutesAvailable") else tuple(map(_route, reply["Routes"]))
    return TransitTable(item["TransitGatewayRouteTableId"], item["TransitGatewayId"], routes)


def _route(item: Mapping[str, Any]) -> TransitRoute:
    return TransitRoute(
        item.get("DestinationCidrBlock") or item.get("PrefixListId", ""),
        tuple(each["TransitGatewayAttachmentId"] for each in item.get("TransitGatewayAttachments", ())),
        item.get("State", "active"),
        propagated=item.get("Type") == "propagated",
    )


def _references(reply: Mapping[str, Any]) -> dict[str, bool]:
    found = {}
    for item in reply["TransitGateways"]:
        setting = _ON.get((item.get("Options") or {}).get("SecurityGroupReferencingSupport", ""))
        if setting is not None:
            found[item["TransitGatewayId"]] = setting
    return found
