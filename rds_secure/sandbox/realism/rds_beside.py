"""What stands beside databases and takes its time: proxies and event subscriptions. Not the targets of a proxy."""

from __future__ import annotations

from typing import Any

from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBProxy, EventSubscription, RDSBackend
from moto.rds.responses import RDSResponse

from rds_secure.sandbox.realism.course import Step, course, look, then
from rds_secure.sandbox.realism.switch import around
from rds_secure.sandbox.repairs import patch


def looks() -> None:
    """Each DescribeDBProxies and DescribeEventSubscriptions is a look at those that it asks for."""

    @patch.around(RDSResponse, "describe_db_proxies")
    def proxies(original: Any, self: RDSResponse) -> Any:
        _look(self.backend.db_proxies, self.params.get("DBProxyName"))
        return original(self)

    @patch.around(RDSResponse, "describe_event_subscriptions")
    def subscriptions(original: Any, self: RDSResponse) -> Any:
        _look(self.backend.event_subscriptions, self.params.get("SubscriptionName"))
        return original(self)


def _look(things: dict[str, Any], named: str | None) -> None:
    for name, thing in list(things.items()):
        if named is None or named.lower() == name:
            look(thing)


def proxies() -> None:
    """A proxy is `creating`, `modifying` or `deleting` for a moment, in which it takes no change."""
    row = "rds-proxy-states"

    @around(row, RDSBackend, "create_db_proxy")
    def create(original: Any, self: RDSBackend, *args: Any, **named: Any) -> DBProxy:
        made: DBProxy = original(self, *args, **named)
        _goes_through(made, "creating", "available")
        return made

    @around(row, RDSResponse, "modify_db_proxy")
    def modify(original: Any, self: RDSResponse) -> Any:
        proxy = _free(self.backend, self.params["DBProxyName"])
        answer = original(self)
        then(proxy, Step(), Step("modifying"), Step("available"))  # as RDS-17
        return answer

    @around(row, RDSBackend, "register_db_proxy_targets", "deregister_db_proxy_targets")
    def target(original: Any, self: RDSBackend, db_proxy_name: str, *args: Any, **named: Any) -> Any:
        _free(self, db_proxy_name)
        return original(self, db_proxy_name, *args, **named)

    @around(row, RDSBackend, "modify_db_proxy_target_group")
    def pool(original: Any, self: RDSBackend, proxy_name: str, *args: Any, **named: Any) -> Any:
        _free(self, proxy_name)
        return original(self, proxy_name, *args, **named)

    @around(row, RDSBackend, "delete_db_proxy")
    def delete(original: Any, self: RDSBackend, proxy_name: str) -> DBProxy:
        _free(self, proxy_name)
        going: DBProxy = original(self, proxy_name)
        self.db_proxies[going.db_proxy_name] = going
        _goes(going, lambda proxy: self.db_proxies.pop(proxy.db_proxy_name, None))
        return going


def _free(rds: RDSBackend, name: str) -> DBProxy | None:
    """The proxy of this name, if it takes changes; None if there is none."""
    proxy = rds.db_proxies.get(name.lower())
    if proxy is not None and proxy.status != "available":
        look(proxy)
        raise RDSClientError("InvalidDBProxyStateFault", f"DB proxy {name} is not in available state.")
    return proxy


def subscriptions() -> None:
    """A subscription is `creating`, `modifying` or `deleting` for a moment, in which it cannot be deleted."""
    row = "rds-subscription-states"
    changes = (
        "modify_event_subscription",
        "add_source_identifier_to_subscription",
        "remove_source_identifier_from_subscription",
    )

    @around(row, RDSBackend, "create_event_subscription")
    def create(original: Any, self: RDSBackend, named: Any) -> EventSubscription:
        made: EventSubscription = original(self, named)
        _goes_through(made, "creating", "active")
        return made

    @around(row, RDSResponse, *changes)
    def change(original: Any, self: RDSResponse) -> Any:
        answer = original(self)
        _goes_through(self.backend.event_subscriptions[self.params["SubscriptionName"].lower()], "modifying", "active")
        return answer

    @around(row, RDSBackend, "delete_event_subscription")
    def delete(original: Any, self: RDSBackend, subscription_name: str) -> EventSubscription:
        found = self.event_subscriptions.get(subscription_name.lower())
        if found is not None and found.status != "active":
            look(found)
            raise RDSClientError("InvalidEventSubscriptionState", f"{subscription_name} is {found.status}.")
        going: EventSubscription = original(self, subscription_name)
        self.event_subscriptions[going.subscription_name] = going
        _goes(going, lambda one: self.event_subscriptions.pop(one.subscription_name, None))
        return going


def _goes_through(thing: Any, passing: str, lasting: str) -> None:
    thing.status = passing
    course(thing).ahead = [Step(passing), Step(lasting)]


def _goes(thing: Any, gone: Any) -> None:
    thing.status = "deleting"
    course(thing).ahead = [Step("deleting"), Step(effect=gone)]
