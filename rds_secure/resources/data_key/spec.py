"""How a data key is written: the KMS key that encrypts it, its length, its context, and where it is kept."""

from __future__ import annotations

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field as Limit

from rds_secure.fields import Field, Int, Mode, Part, Pattern, Reference, ResourceSpec, Str, Tagged
from rds_secure.values import Lookup, Ref

LENGTHS: Final = {"AES_256": 32, "AES_128": 16}
"""The bytes of a data key of each spec."""

_KEY = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"
_ARN = r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}"
_MADE_AS = "DescribeSecret.VersionIdsToStages"
"""Nothing at AWS tells how a data key was made, so its version's id does (see `mark`)."""

KmsKey: TypeAlias = Annotated[
    Ref | Lookup | str,
    Reference(
        ("kms_key",),
        "arn",
        rf"({_ARN}:key/)?({_KEY})",
        "a key's id, ARN or alias",
        lookup="kms_key",
        alias=rf"({_ARN}:)?alias/[A-Za-z0-9/_-]+",
    ),
]


class Store(Part):
    """Where a data key is kept: a secret, or a parameter."""

    secret: Annotated[
        Annotated[str, Pattern(r"[A-Za-z0-9/_+=.@-]{1,512}", "a secret's name: letters, digits and /_+=.@-")] | None,
        Field(Mode.CREATE_ONLY, create="CreateSecret.Name", read="Name", terraform="name", applies="never"),
    ] = None
    """The name of a secret in Secrets Manager. The key of this resource, if nothing is written of its store."""
    parameter: Annotated[
        Annotated[
            str,
            Pattern(
                r"(?!/?(?:[aA][wW][sS]|[sS][sS][mM]))(?:(?:/[A-Za-z0-9_.-]+){1,15}|[A-Za-z0-9_.-]+)",
                "a parameter's name: letters, digits, _.- and, if it begins with one, slashes; not beginning with "
                "aws or ssm",
            ),
        ]
        | None,
        Field(
            Mode.CREATE_ONLY,
            create="PutParameter.Name",
            read="DescribeParameters.Parameters[].Name",
            terraform="parameter_name",
            applies="never",
        ),
    ] = None
    """The name of a parameter in SSM Parameter Store, in place of a secret. It has no grace: when destroy takes it, it
    is gone at once, while a secret can be had back for 30 days."""
    kms_key: Annotated[
        KmsKey | None,
        Field(create="CreateSecret.KmsKeyId", change="UpdateSecret.KmsKeyId", read="KmsKeyId", terraform="kms_key_id"),
    ] = None
    """The key that encrypts the secret once more. Left out: the one that encrypts the data key."""


class DataKeySpec(Tagged, ResourceSpec):
    """A data key, kept encrypted; its plaintext is never asked for. Whoever may decrypt with the KMS key can use it."""

    kms_key: Annotated[
        KmsKey,
        Field(
            create="GenerateDataKeyWithoutPlaintext.KeyId",
            change="GenerateDataKeyWithoutPlaintext.KeyId",
            read=_MADE_AS,
            terraform="kms_key_id",
        ),
    ]
    """The symmetric key that encrypts it: a kms_key, an id, an ARN, an alias or a look-up. With another one a new data
    key is made, and the old one is kept as an older version."""
    key_spec: Annotated[
        Literal["AES_256", "AES_128"] | None,
        Field(
            Mode.CREATE_ONLY,
            create="GenerateDataKeyWithoutPlaintext.KeySpec",
            read=_MADE_AS,
            terraform="key_spec",
            applies="never",
        ),
    ] = None
    """How long it is. AES_256, if bytes are not written either; the same for all its versions."""
    bytes: Annotated[
        Annotated[Int, Limit(ge=1, le=1024)] | None,
        Field(
            Mode.CREATE_ONLY,
            create="GenerateDataKeyWithoutPlaintext.NumberOfBytes",
            read=_MADE_AS,
            terraform="number_of_bytes",
            applies="never",
        ),
    ] = None
    """How many bytes it has, 1 to 1024, in place of a key_spec."""
    encryption_context: Annotated[
        dict[Str, Str],
        Field(
            Mode.CREATE_ONLY,
            create="GenerateDataKeyWithoutPlaintext.EncryptionContext",
            read=_MADE_AS,
            terraform="context",
            applies="never",
        ),
    ] = {}
    """What has to be said again, letter by letter, to decrypt it; the same for all its versions. It is no secret."""
    version: Annotated[
        Annotated[Int, Limit(ge=1, le=9999)],
        Field(create="PutSecretValue.ClientRequestToken", change="PutSecretValue.ClientRequestToken", read=_MADE_AS),
    ] = 1
    """Raise it to have a new data key made. The old one is kept as an older version, for what was encrypted with it."""
    store: Annotated[Store, Field()] = Store()
    """Where it is kept: {secret: name} or {parameter: name}. A secret of its own name, if left out."""
    description: Annotated[
        Str,
        Field(
            create="CreateSecret.Description",
            change="UpdateSecret.Description",
            read="Description",
            terraform="description",
        ),
    ] = "encrypted data key"
    """What it is for, at most 1024 characters. A parameter's changes only when a new data key is made."""

    @property
    def in_parameter(self) -> bool:
        """Whether it is kept in a parameter, else in a secret."""
        return self.store.parameter is not None
