"""Which fields of replies stay as they are, which go, and which are documents. Tables; all other texts are renamed.

A field that is in no table is renamed, so that one that AWS adds tells nothing. A test holds `KEPT` against the
enumerations of botocore's models.
"""

from __future__ import annotations

_ENUMERATIONS = """
    ActivityStreamMode ActivityStreamPolicyStatus ActivityStreamStatus AmdSevSnp ApplianceModeSupport ApplyMethod
    Architecture AttachmentState AuthScheme AutoAcceptSharedAttachments AutoProvisionZones AutoRecovery AutoScalingIps
    AutomationMode AvailabilityMode BandwidthWeighting BootMode CapacityReservationPreference ClientPasswordAuthType
    ClusterScalabilityType Code ConnectivityType ControlFindingGenerator CurrentInstanceBootMode CustomerMasterKeySpec
    DatabaseInsightsMode DefaultRouteTableAssociation DefaultRouteTablePropagation DnsSupport EncapsulationAlgorithms
    EncryptionAlgorithms EncryptionState EndpointNetworkType ExclusionsAllowed ExpirationModel FeatureSet FileFormat
    FindingPublishingFrequency FirewallMode FirewallOnboardingStatus GlobalWriteForwardingStatus HostnameType
    HttpEndpoint HttpProtocolIpv6 HttpTokens Hypervisor IAMAuth InstanceLifecycle InstanceMetadataTags InstanceTenancy
    InstanceType InterfaceType InternetGatewayBlockMode IpSource Ipv6AddressAttribute Ipv6Support
    KeyAgreementAlgorithms KeyManager KeySpec KeyState KeyUsage LifecycleSupportName LocalWriteForwardingStatus
    LogDestinationType MacAlgorithms ManagedBy Mode ModificationState MultiRegionKeyType MulticastSupport
    MultipathResilienceMode MultipathResilienceStatus NatGatewaySupport NestedVirtualization
    NetworkFirewallConnectivityType Operations Origin PermissionsBoundaryType Platform ProductCodeType ReadWriteType
    Reason RebootMigration ReplicaMode ReplicationStatus ResourceType Role RootDeviceType RuleAction
    SecurityGroupReferencingSupport SigningAlgorithms State Status StorageEncryptionType TargetConnectionNetworkType
    TargetRole Tenancy TrafficType Type UpgradeRolloutOrder VirtualizationType VpnEcmpSupport dataProtectionStatus
    inheritedProperties logGroupClass
"""

_WORDS = """
    AddressFamily AllowedValues ApplyType AttributeName BackupTarget CACertificateIdentifier CAIdentifier
    CertificateIdentifier CertificateType CharacterSetName DataType DBClusterInstanceClass
    DBClusterParameterGroupStatus DBInstanceClass DBInstanceStatus DefaultAuthScheme DefaultCertificateForNewLaunches
    DefaultVersionId DnsHostnameType Duration ElasticGpuAssociationState ElasticInferenceAcceleratorAssociationState
    EnabledCloudwatchLogsExports Engine EngineFamily EngineLifecycleSupport EngineMode EngineName EngineVersion
    EventCategoriesList FeatureName Field FlowLogStatus IpProtocol LicenseModel LogTypesToDisable LogTypesToEnable
    MajorEngineVersion MinimumEngineVersion NcharCharacterSetName NetworkType OptionName OptionVersion OwningService
    ParameterApplyStatus ParameterName PeeringStatus PercentProgress PlatformDetails PreferredBackupWindow
    PreferredMaintenanceWindow Protocol Provisioned Requested ScheduleExpression SecretStatus
    ServerlessV2PlatformVersion SnapshotTarget SnapshotType Source SourceType SriovNetSupport StatusType
    StorageOperationStatus StorageType StorageVolumeStatus SubnetGroupStatus SubnetStatus SupportedEngineModes
    SupportedNetworkTypes Thumbprint TimeoutAction Timezone TpmSupport UsageOperation VersionId
"""

_PLACES = """
    AvailabilityZone AvailabilityZoneId AvailabilityZones AwsRegion NetworkBorderGroup PrimaryRegion Region
    SecondaryAvailabilityZone SnapshotAvailabilityZone SourceRegion
    CIDRIP CarrierIp Cidr CidrBlock CidrIp CidrIpv4 CidrIpv6 CustomerOwnedIp DestinationCidrBlock
    DestinationIpv6CidrBlock DnsIps IpAddress Ipv4Prefix Ipv6Address Ipv6CidrBlock Ipv6Prefix PrivateIp PrivateIpAddress
    PublicIp PublicIpAddress TransitGatewayCidrBlocks
"""

KEPT = frozenset({*_ENUMERATIONS.split(), *_WORDS.split(), *_PLACES.split()})
"""AWS's words, and addresses, without which nothing can be said of the network."""

_PEOPLE = """
    ClientToken DBSecurityGroupDescription DBSubnetGroupDescription FailureMessage MacAddress Marker MasterAccountEmail
    Message NextMarker NextToken OptionDescription OptionGroupDescription StateMessage StateTransitionReason
    StatusMessage nextToken
"""

DROPPED = frozenset(_PEOPLE.split())
"""Words of people, and what is of no use."""

DOCUMENTS = frozenset({"AssumeRolePolicyDocument", "Content", "Document", "Policy", "PolicyDocument", "ResourcePolicy"})
"""Policy documents, as text or decoded."""

MAPS = frozenset({"EncryptionContextEquals", "EncryptionContextSubset", "Tags", "VersionIdsToStages"})
"""Mappings whose keys are people's."""

DESCRIBED = "NetworkInterfaces"
"""Below this, descriptions are AWS's, and say whose an interface is; all others go."""

NAMED_BY_AWS = frozenset({"AdditionalConfiguration", "Features", "OptionSettings", "State", "SubnetAvailabilityZone"})
"""Below these, a ``Name`` is AWS's."""
