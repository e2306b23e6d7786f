"""How a KMS key is written, and which key can be used for what. Its policy: `policy`."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field as Limit
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from rds_secure.fields import (
    Bool,
    Document,
    Field,
    Int,
    Mentions,
    Mode,
    Pattern,
    ResourceSpec,
    Str,
    Tagged,
)
from rds_secure.resources.kms_key.grants import Grant, Name
from rds_secure.resources.kms_key.principal import Principal

SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
OFF: Final = "off"
PREFIX: Final = "alias/"

KeySpec: TypeAlias = Literal[
    "SYMMETRIC_DEFAULT",
    "RSA_2048",
    "RSA_3072",
    "RSA_4096",
    "ECC_NIST_P256",
    "ECC_NIST_P384",
    "ECC_NIST_P521",
    "ECC_NIST_EDWARDS25519",
    "ECC_SECG_P256K1",
    "HMAC_224",
    "HMAC_256",
    "HMAC_384",
    "HMAC_512",
    "ML_DSA_44",
    "ML_DSA_65",
    "ML_DSA_87",
    "SM2",
]
KeyUsage: TypeAlias = Literal["ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"]


def usages(spec: str) -> tuple[str, ...]:
    """What a key of this spec can be used for; the first is its default (KMS developer guide, memory)."""
    if spec == SYMMETRIC:
        return ("ENCRYPT_DECRYPT",)
    if spec.startswith("RSA_"):
        return ("ENCRYPT_DECRYPT", "SIGN_VERIFY")
    if spec.startswith("HMAC_"):
        return ("GENERATE_VERIFY_MAC",)
    if spec == "SM2":
        return ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT")
    if spec in ("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"):
        return ("SIGN_VERIFY", "KEY_AGREEMENT")
    return ("SIGN_VERIFY",)


class _DaysOrOff:
    """Lets ``off`` be written in place of a number of days."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        days = handler.generate_schema(Annotated[Int, Limit(ge=90, le=2560)])
        return core_schema.no_info_wrap_validator_function(
            lambda value, inner: OFF if value == OFF else inner(value), days
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": "integer", "minimum": 90, "maximum": 2560}, {"const": OFF}]}


class KmsKeySpec(Tagged, ResourceSpec):
    """A customer managed key. Either `administrators` and `users` say who may use it, or a whole `document`."""

    description: Annotated[
        Str,
        Field(
            create="Description",
            change="UpdateKeyDescription.Description",
            read="Description",
            terraform="description",
        ),
    ] = ""
    """What it is for, at most 8192 characters; shows in CloudTrail. Empty, if left out."""
    alias: Annotated[
        Annotated[str, Pattern(r"(?:alias/)?[a-zA-Z0-9/_-]{1,250}", "an alias: letters, digits, / _ and -")] | None,
        Field(
            create="CreateAlias.AliasName",
            change="UpdateAlias.TargetKeyId",
            read="ListAliases.Aliases[].AliasName",
            terraform="alias",
        ),
    ] = None
    """Its name, with or without alias/ in front. ``alias/<stack>/<key>``, if left out. Another name is made before
    the old one is taken away."""
    spec: Annotated[
        KeySpec,
        Field(
            Mode.CREATE_ONLY,
            create="KeySpec",
            read="KeySpec",
            terraform="customer_master_key_spec",
            applies="never",
        ),
    ] = SYMMETRIC
    """What kind of key it is; databases need a symmetric one. Fixed once it exists."""
    usage: Annotated[
        KeyUsage | None,
        Field(Mode.CREATE_ONLY, create="KeyUsage", read="KeyUsage", terraform="key_usage", applies="never"),
    ] = None
    """What it is used for. If left out: signing for ECC and ML-DSA, message codes for HMAC, else encryption."""
    multi_region: Annotated[
        Bool,
        Field(
            Mode.CREATE_ONLY,
            create="MultiRegion",
            read="MultiRegion",
            terraform="multi_region",
            applies="never",
        ),
    ] = False
    """Whether it can have replicas in other regions, which are not made here; its id begins with mrk-. Fixed once it
    exists."""
    administrators: Annotated[
        tuple[Principal, ...], Field(Mode.META, create="Policy", terraform="key_administrators", into="document")
    ] = ()
    """Who may manage the key without using it: roles and users by reference or ARN, accounts by id."""
    users: Annotated[
        tuple[Principal, ...], Field(Mode.META, create="Policy", terraform="key_users", into="document")
    ] = ()
    """Who may use the key (with `kms:GenerateDataKey` for a symmetric one), and let AWS services use it by grants."""
    document: Annotated[
        Document | None,
        Mentions(("iam_role", "iam_user"), "arn"),
        Field(
            create="Policy", change="PutKeyPolicy.Policy", read="GetKeyPolicy.Policy", terraform="policy", document=True
        ),
    ] = None
    """The whole key policy in AWS's own words, in place of `administrators` and `users`."""
    rotation_days: Annotated[
        Annotated[int | str, _DaysOrOff()] | None,
        Field(
            create="EnableKeyRotation.RotationPeriodInDays",
            change="EnableKeyRotation.RotationPeriodInDays",
            read="GetKeyRotationStatus.RotationPeriodInDays",
            terraform="rotation_period_in_days",
        ),
    ] = None
    """After how many days AWS makes new key material, 90 to 2560, or off. 365 for a symmetric key, if left out; other
    keys do not rotate. For a disabled key it takes effect when that is enabled."""
    enabled: Annotated[
        Bool,
        Field(create="DisableKey.KeyId", change="EnableKey.KeyId", read="KeyState", terraform="is_enabled"),
    ] = True
    """Whether it can be used. Databases under a disabled key become inaccessible, so a key that databases use is only
    disabled where `disable_in_use: true` is written as well."""
    disable_in_use: Annotated[Bool, Field(Mode.META)] = False
    """Whether the key may be disabled although databases are encrypted under it, which makes them inaccessible."""
    grants: Annotated[
        dict[Name, Grant],
        Field(create="CreateGrant.Name", change="CreateGrant.Name", read="ListGrants.Grants[].Name"),
    ] = {}
    """Who may use the key beside its policy. At AWS each is named ``rds-secure/<stack>/<key>/<name>``. Others, RDS's
    own above all, are shown and stay. Write {} to see those that there are; left out, none is looked at."""
    exclusive: Annotated[Bool, Field(Mode.META)] = True
    """Whether statements of its policy that are not ours are removed. With false they stay beside ours."""

    @property
    def is_symmetric(self) -> bool:
        """Whether it is a symmetric encryption key, the only kind that rotates (KMS-4)."""
        return self.spec == SYMMETRIC
