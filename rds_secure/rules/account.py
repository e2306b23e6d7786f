"""Rules about the account as a whole: its root, its passwords, its trail, and what watches over databases. A table.

No spec decides most of them: they are asked of the account, and are unknown without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rds_secure.access.protection import Unknown
from rds_secure.access.protection.unread import ask
from rds_secure.finding import Severity
from rds_secure.inventory.model import Inventory, Reply
from rds_secure.rules.model import PASSED, Context, Decide, Of, Profile, Rule, Subject, Verdict, aka, failed, unknown

_LENGTH = 14
_REUSED = 24
"""The shortest password, and how many former ones must not come back (Security Hub, IAM.15 and IAM.16)."""


def _of(service: str, action: str, judge: Callable[[Reply], Verdict]) -> Decide:
    """The rule about one reply of the account."""

    def decide(subject: Subject, context: Context) -> Verdict:
        reply = ask(context.posture.inventory, service, action)
        return unknown(reply.why) if isinstance(reply, Unknown) else judge(reply)

    return decide


def _root_keys(reply: Reply) -> Verdict:
    keys = reply.get("SummaryMap", {}).get("AccountAccessKeysPresent")
    if keys is None:
        return unknown("AccountAccessKeysPresent is not told")
    return failed("the root user has access keys") if keys else PASSED


def _root_mfa(reply: Reply) -> Verdict:
    """A root user without a password cannot sign in at all (IAM.9: then it passes)."""
    summary = reply.get("SummaryMap", {})
    if summary.get("AccountMFAEnabled") is None:
        return unknown("AccountMFAEnabled is not told")
    if summary["AccountMFAEnabled"] or summary.get("AccountPasswordPresent") == 0:
        return PASSED
    return failed("the root user signs in by a password alone")


def _passwords(reply: Reply) -> Verdict:
    """Without a policy of the account, AWS's own asks for eight characters (IAM guide, "Account password policy")."""
    policy = reply.get("PasswordPolicy", {})
    asked = {"capital letters": "Uppercase", "small letters": "Lowercase", "numbers": "Numbers", "symbols": "Symbols"}
    named = {"Uppercase": "RequireUppercaseCharacters", "Lowercase": "RequireLowercaseCharacters"}
    lacking = [what for what, word in asked.items() if not policy.get(named.get(word, f"Require{word}"))]
    if policy.get("MinimumPasswordLength", 0) < _LENGTH:
        lacking.append(f"{_LENGTH} characters")
    if policy.get("PasswordReusePrevention", 0) < _REUSED:
        lacking.append(f"a password unlike the last {_REUSED}")
    return failed(f"it does not ask for {', '.join(lacking)}") if lacking else PASSED


def _hub(reply: Reply) -> Verdict:
    return PASSED if reply.get("HubArn") else failed("Security Hub is not on in this Region")


def _login_events(subject: Subject, context: Context) -> Verdict:
    inventory = context.posture.inventory
    listed = ask(inventory, "guardduty", "ListDetectors")
    if isinstance(listed, Unknown):
        return unknown(listed.why)
    detectors = [ask(inventory, "guardduty", "GetDetector", each) for each in listed.get("DetectorIds", ())]
    if any(not isinstance(each, Unknown) and _hears_logins(each) for each in detectors):
        return PASSED
    unread = next((each for each in detectors if isinstance(each, Unknown)), None)
    return unknown(unread.why) if unread else failed("GuardDuty does not look at how people sign in to databases")


def _hears_logins(detector: Reply) -> bool:
    on = {each.get("Name") for each in detector.get("Features", ()) if each.get("Status") == "ENABLED"}
    return detector.get("Status") == "ENABLED" and "RDS_LOGIN_EVENTS" in on


def _trail(subject: Subject, context: Context) -> Verdict:
    inventory = context.posture.inventory
    trails = ask(inventory, "cloudtrail", "DescribeTrails")
    if isinstance(trails, Unknown):
        return unknown(trails.why)
    everywhere = [trail for trail in trails.get("trailList", ()) if trail.get("IsMultiRegionTrail")]
    kept = [_keeps(inventory, trail["TrailARN"]) for trail in everywhere]
    if True in kept:
        return PASSED
    unread = next((each for each in kept if isinstance(each, Unknown)), None)
    return unknown(unread.why) if unread else failed("no trail keeps the calls of all Regions")


def _keeps(inventory: Inventory, arn: str) -> bool | Unknown:
    """Whether a trail is on and has every call that manages anything, reading and writing."""
    status = ask(inventory, "cloudtrail", "GetTrailStatus", arn)
    if isinstance(status, Unknown):
        return status
    chosen = ask(inventory, "cloudtrail", "GetEventSelectors", arn)
    if isinstance(chosen, Unknown):
        return chosen
    return bool(status.get("IsLogging")) and any(_manages(chosen))


def _manages(chosen: Reply) -> Iterator[bool]:
    """For each selector, whether it takes all management events (CloudTrail API, AdvancedFieldSelector)."""
    for each in chosen.get("EventSelectors", ()):
        left_out = each.get("ExcludeManagementEventSources")
        yield bool(each.get("IncludeManagementEvents") and each.get("ReadWriteType") == "All" and not left_out)
    for each in chosen.get("AdvancedEventSelectors", ()):
        fields = {one.get("Field"): one for one in each.get("FieldSelectors", ())}
        yield fields.keys() == {"eventCategory"} and fields["eventCategory"].get("Equals") == ["Management"]


def _trails(flag: str, message: str) -> Decide:
    """The rule that every trail has something."""

    def judge(reply: Reply) -> Verdict:
        lacking = sorted(trail["Name"] for trail in reply.get("trailList", ()) if not trail.get(flag))
        return failed(f"{message}: {', '.join(lacking)}") if lacking else PASSED

    return _of("cloudtrail", "DescribeTrails", judge)


RULES = (
    Rule(
        id="guardduty-logins",
        of=(Of.ACCOUNT,),
        severity=Severity.HIGH,
        title="GuardDuty looks at how people sign in to databases",
        why="It tells of passwords that are guessed, and of sign-ins from places where nobody ever was.",
        fix="enable RDS Protection in GuardDuty",
        decide=_login_events,
        good="{guardduty: ENABLED}",
        bad="{guardduty: DISABLED}",
        doubt="{unread: ListDetectors}",
        aliases=aka(
            hub="GuardDuty.9", config="guardduty-rds-protection-enabled", prowler="guardduty_rds_protection_enabled"
        ),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="trail-on",
        of=(Of.ACCOUNT,),
        severity=Severity.HIGH,
        title="A trail keeps the calls of all Regions",
        why="Without one, CloudTrail forgets after 90 days who changed what, and tells of one Region only.",
        fix="make a trail of all Regions with management events, reading and writing",
        decide=_trail,
        good="{trail: {IsMultiRegionTrail: true}}",
        bad="{trail: {IsMultiRegionTrail: false}}",
        doubt="{trail: {IsMultiRegionTrail: true}, unread: GetTrailStatus}",
        aliases=aka(
            hub="CloudTrail.1 CloudTrail.3",
            config="multi-region-cloudtrail-enabled cloudtrail-enabled",
            prowler="cloudtrail_multi_region_enabled cloudtrail_multi_region_enabled_logging_management_events",
        ),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="trail-encrypted",
        of=(Of.ACCOUNT,),
        severity=Severity.MEDIUM,
        title="Trails are encrypted under a key of KMS",
        why="Who may read the bucket can then read the trail only if the key lets them, too.",
        fix="name a key of KMS in the trail",
        decide=_trails("KmsKeyId", "there is no key of KMS for"),
        good="{trail: {KmsKeyId: '<CUSTOMER-KEY>'}}",
        bad="{trail: {KmsKeyId: null}}",
        doubt="{unread: DescribeTrails}",
        aliases=aka(
            hub="CloudTrail.2", config="cloud-trail-encryption-enabled", prowler="cloudtrail_kms_encryption_enabled"
        ),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="trail-validated",
        of=(Of.ACCOUNT,),
        severity=Severity.LOW,
        title="Trails have digests by which changes of them show",
        why="Whoever breaks in changes the trail; a digest that no longer fits gives that away.",
        fix="switch log file validation on",
        decide=_trails("LogFileValidationEnabled", "no digests are made for"),
        good="{trail: {LogFileValidationEnabled: true}}",
        bad="{trail: {LogFileValidationEnabled: false}}",
        doubt="{unread: DescribeTrails}",
        aliases=aka(
            hub="CloudTrail.4",
            config="cloud-trail-log-file-validation-enabled",
            prowler="cloudtrail_log_file_validation_enabled",
        ),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="security-hub-on",
        of=(Of.ACCOUNT,),
        severity=Severity.MEDIUM,
        title="Security Hub is on",
        why="It goes on looking at what was right when it was applied.",
        fix="declare 'security_hub'",
        decide=_of("securityhub", "DescribeHub", _hub),
        good="{hub: {HubArn: 'arn:aws:securityhub:eu-west-1:123456789012:hub/default'}}",
        bad="{hub: {}}",
        doubt="{unread: DescribeHub}",
        aliases=aka(config="securityhub-enabled", cis="5.16", prowler="securityhub_enabled"),
        profile=Profile.STRICT,
    ),
    Rule(
        id="root-has-no-keys",
        of=(Of.ACCOUNT,),
        severity=Severity.CRITICAL,
        title="The root user has no access keys",
        why="No policy limits the root user: such a key opens every database of the account.",
        fix="delete the access keys of the root user",
        decide=_of("iam", "GetAccountSummary", _root_keys),
        good="{summary: {AccountAccessKeysPresent: 0}}",
        bad="{summary: {AccountAccessKeysPresent: 1}}",
        doubt="{unread: GetAccountSummary}",
        aliases=aka(hub="IAM.4", config="iam-root-access-key-check", prowler="iam_no_root_access_key"),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="root-has-mfa",
        of=(Of.ACCOUNT,),
        severity=Severity.CRITICAL,
        title="The root user signs in with a second factor",
        why="No policy limits the root user: its password alone would open every database of the account.",
        fix="give the root user a second factor, or take its password away",
        decide=_of("iam", "GetAccountSummary", _root_mfa),
        good="{summary: {AccountMFAEnabled: 1}}",
        bad="{summary: {AccountMFAEnabled: 0, AccountPasswordPresent: 1}}",
        doubt="{unread: GetAccountSummary}",
        aliases=aka(hub="IAM.9", config="root-account-mfa-enabled", prowler="iam_root_mfa_enabled"),
        profile=Profile.STRICT,
        live=True,
    ),
    Rule(
        id="password-policy",
        of=(Of.ACCOUNT,),
        severity=Severity.MEDIUM,
        title="Users of IAM have long passwords, and new ones",
        why="Short passwords are guessed; a user of IAM may do with databases what its policies say.",
        fix=f"ask for {_LENGTH} characters of all four kinds, unlike the last {_REUSED}, in the password policy",
        decide=_of("iam", "GetAccountPasswordPolicy", _passwords),
        good="{passwords: {MinimumPasswordLength: 14, PasswordReusePrevention: 24, RequireSymbols: true, "
        "RequireNumbers: true, RequireUppercaseCharacters: true, RequireLowercaseCharacters: true}}",
        bad="{passwords: {MinimumPasswordLength: 8}}",
        doubt="{unread: GetAccountPasswordPolicy}",
        aliases=aka(
            hub="IAM.7 IAM.11 IAM.12 IAM.13 IAM.14 IAM.15 IAM.16",
            config="iam-password-policy",
            prowler="iam_password_policy_lowercase iam_password_policy_minimum_length_14 iam_password_policy_number "
            "iam_password_policy_reuse_24 iam_password_policy_symbol iam_password_policy_uppercase",
        ),
        profile=Profile.STRICT,
        live=True,
    ),
)
