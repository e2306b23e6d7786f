"""DB proxies: who may connect through them and how, and the one database behind. Secrets are named, never read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from rds_secure import tagging
from rds_secure.kind import Change, Complaint, Found, Kind, Live, Reader, Resource, Scope, Wanted
from rds_secure.operation import Operation
from rds_secure.resources.db_proxy import operations
from rds_secure.resources.db_proxy.check import check, verify
from rds_secure.resources.db_proxy.read import read
from rds_secure.resources.db_proxy.spec import DbProxySpec, Secret
from rds_secure.values import Value

_ADVICE = "AWS never changes it: declare a new proxy under another key, move its clients, and remove this one then"


class DbProxy(Kind[DbProxySpec]):
    """RDS `CreateDBProxy` and its like, with the target group that a proxy comes with."""

    name = "db_proxy"
    title = "database proxy"
    spec = DbProxySpec
    exports = {
        "name": "its name",
        "arn": "its ARN",
        "resource_id": "what rds-db:connect policies name it by",
        "endpoint": "the host name to connect to",
        "vpc": "the VPC of its subnets",
    }
    tagged_as = "rds:db-proxy"
    follows_names = True
    services = ("rds", "ec2", "iam")
    read_actions = (
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "iam:GetAccountAuthorizationDetails",
        "rds:DescribeDBInstances",
        "rds:DescribeDBProxies",
        "rds:DescribeDBProxyTargetGroups",
        "rds:DescribeDBProxyTargets",
        "rds:ListTagsForResource",
    )

    def check(self, key: str, spec: DbProxySpec) -> Iterator[Complaint]:
        return check(key, spec)

    def verify(self, reader: Reader, resource: Resource[DbProxySpec], scope: Scope) -> Iterator[Complaint]:
        return verify(reader, resource.spec)

    def predict(self, scope: Scope, name: str, spec: DbProxySpec) -> Mapping[str, str]:
        return {"name": name.lower()}

    def normalise(self, resource: Resource[DbProxySpec], live: Live[DbProxySpec] | None, scope: Scope) -> DbProxySpec:
        """Identifiers come back in lower case, and how a secret's clients sign in is kept where it is not written."""
        spec = resource.spec
        held = {scope.resolve(secret.arn): secret for secret in live.spec.secrets} if live else {}
        return spec.model_copy(
            update={
                "secrets": tuple(_filled(secret, held.get(scope.resolve(secret.arn))) for secret in spec.secrets),
                "subnets": tuple(sorted(set(spec.subnets), key=str)),
                "security_groups": tuple(dict.fromkeys(spec.security_groups)),
                "instance": spec.instance.lower() if isinstance(spec.instance, str) else spec.instance,
                "cluster": spec.cluster.lower() if isinstance(spec.cluster, str) else spec.cluster,
            }
        )

    def read(self, reader: Reader, wanted: Wanted) -> Iterable[Found[DbProxySpec]]:
        if not wanted.expects("db-proxy"):
            return []
        reply = reader.call("rds", "DescribeDBProxies") or {}
        proxies = [
            proxy for proxy in reply["DBProxies"] if wanted.asks_for(proxy["DBProxyName"].lower(), proxy["DBProxyArn"])
        ]
        return reader.each(lambda proxy: read(reader, proxy), proxies)

    def member(self, path: str, value: Value) -> str:
        """A secret is the same one whatever is said of it."""
        return str(value["arn"]) if path == "secrets" else super().member(path, value)

    def advice(self, field: str, resource: Resource[DbProxySpec], live: Live[DbProxySpec]) -> str:
        return _ADVICE

    def create(self, resource: Resource[DbProxySpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.create(resource, scope)

    def update(self, change: Change[DbProxySpec]) -> tuple[Operation, ...]:
        return operations.update(change)

    def delete(self, live: Live[DbProxySpec], scope: Scope) -> tuple[Operation, ...]:
        return operations.delete(live, scope)

    def tag(
        self,
        subject: Resource[DbProxySpec] | Live[DbProxySpec],
        add: Mapping[str, str],
        remove: tuple[str, ...],
        scope: Scope,
    ) -> tuple[Operation, ...]:
        return tagging.rds(subject.exports["arn"] if isinstance(subject, Live) else subject.ref("arn"), add, remove)


def _filled(secret: Secret, live: Secret | None) -> Secret:
    if secret.client_auth is not None or live is None:
        return secret
    return secret.model_copy(update={"client_auth": live.client_auth})


KIND = DbProxy()
