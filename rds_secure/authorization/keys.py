"""Condition keys that requests to every service may have, with their types. A table.

Source: IAM user guide, "AWS global condition context keys", as of November 2026; ``aws:SourceOwner`` is an older name
that SNS and others still send.
"""

from collections.abc import Mapping
from types import MappingProxyType

GLOBAL: Mapping[str, str] = MappingProxyType(
    {
        # Of the principal
        "aws:PrincipalArn": "ARN",
        "aws:PrincipalAccount": "String",
        "aws:PrincipalOrgPaths": "ArrayOfString",
        "aws:PrincipalOrgID": "String",
        "aws:PrincipalTag/*": "String",
        "aws:PrincipalIsAWSService": "Bool",
        "aws:PrincipalServiceName": "String",
        "aws:PrincipalServiceNamesList": "ArrayOfString",
        "aws:PrincipalType": "String",
        "aws:userid": "String",
        "aws:username": "String",
        # Of a role's session
        "aws:AssumedRoot": "String",
        "aws:FederatedProvider": "String",
        "aws:TokenIssueTime": "Date",
        "aws:SignInSessionArn": "ARN",
        "aws:MultiFactorAuthAge": "Numeric",
        "aws:MultiFactorAuthPresent": "Bool",
        "aws:ChatbotSourceArn": "ARN",
        "aws:Ec2InstanceSourceVpc": "String",
        "aws:Ec2InstanceSourcePrivateIPv4": "IPAddress",
        "aws:SourceIdentity": "String",
        "ec2:RoleDelivery": "Numeric",
        "ec2:SourceInstanceArn": "ARN",
        "glue:RoleAssumedBy": "String",
        "glue:CredentialIssuingService": "String",
        "codebuild:BuildArn": "ARN",
        "codebuild:ProjectArn": "ARN",
        "lambda:SourceFunctionArn": "ARN",
        "ssm:SourceInstanceArn": "ARN",
        "identitystore:UserId": "String",
        # Of the network
        "aws:SourceIp": "IPAddress",
        "aws:SourceVpc": "String",
        "aws:SourceVpcArn": "ARN",
        "aws:SourceVpce": "String",
        "aws:VpceAccount": "String",
        "aws:VpceOrgID": "String",
        "aws:VpceOrgPaths": "ArrayOfString",
        "aws:VpcSourceIp": "IPAddress",
        # Of the resource
        "aws:ResourceAccount": "String",
        "aws:ResourceOrgID": "String",
        "aws:ResourceOrgPaths": "ArrayOfString",
        "aws:ResourceTag/*": "String",
        # Of the request
        "aws:CalledVia": "ArrayOfString",
        "aws:CalledViaFirst": "String",
        "aws:CalledViaLast": "String",
        "aws:CalledViaAWSMCP": "String",
        "aws:ViaAWSService": "Bool",
        "aws:ViaAWSMCPService": "Bool",
        "aws:CurrentTime": "Date",
        "aws:EpochTime": "Date",
        "aws:referer": "String",
        "aws:RequestedRegion": "String",
        "aws:RequestTag/*": "String",
        "aws:TagKeys": "ArrayOfString",
        "aws:SecureTransport": "Bool",
        "aws:SourceAccount": "String",
        "aws:SourceArn": "ARN",
        "aws:SourceOrgID": "String",
        "aws:SourceOrgPaths": "ArrayOfString",
        "aws:SourceOwner": "String",
        "aws:UserAgent": "String",
        "aws:IsMcpServiceAction": "Bool",
    }
)
