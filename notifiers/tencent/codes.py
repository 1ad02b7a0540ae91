"""The one place where Tencent Cloud's codes get their meaning.

Sources: cloud.tencent.com, "公共错误码", "短信 API 3.0 发送错误码", "语音消息 错误码". What a
carrier puts into a receipt is an open list: a code that is not here is shown as it is.
"""

from collections.abc import Mapping

from notifiers.codes import Book, Meaning, table
from notifiers.message import OutcomeKind

PROVIDER = "tencent"

_REJECTED = OutcomeKind.REJECTED
_UNAVAILABLE = OutcomeKind.UNAVAILABLE
_QUOTA = OutcomeKind.QUOTA
_MISCONFIGURED = OutcomeKind.MISCONFIGURED

#: What a refused request, or a refused number in it, says.
CODES: Mapping[str, Meaning] = {
    **table(
        {
            _REJECTED: {
                "The number is not valid.": (
                    "InvalidParameterValue.IncorrectPhoneNumber",
                    "InvalidParameterValue.CalledNumberVerifyFail",
                    "UnsupportedOperation.UnsupportedRegion",
                    "UnsupportedOperation.ContainDomesticAndInternationalPhoneNumber",
                ),
                "A blank of the text holds what the carrier forbids.": (
                    "FailedOperation.ContainSensitiveWord",
                    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
                    "InvalidParameterValue.TemplateParameterFormatError",
                ),
                "A blank of the text is longer than the carrier takes.": (
                    "InvalidParameterValue.TemplateParameterLengthLimit",
                    "InvalidParameterValue.ContentLengthLimit",
                ),
            },
            _UNAVAILABLE: {
                "Tencent Cloud asks us to slow down.": (
                    "RequestLimitExceeded",
                    "RequestLimitExceeded.IPLimitExceeded",
                    "RequestLimitExceeded.UinLimitExceeded",
                    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
                ),
                "Tencent Cloud is out of order.": (
                    "InternalError",
                    "InternalError.OtherError",
                    "InternalError.SendAndRecvFail",
                    "InternalError.RequestTimeException",
                    "InternalError.UnknownError",
                    "ServiceUnavailable",
                    "ResourceUnavailable",
                    "FailedOperation",
                ),
            },
            _QUOTA: {
                "The limit of this number or of the account is used up.": (
                    "LimitExceeded",
                    "LimitExceeded.AppDailyLimit",
                    "LimitExceeded.DailyLimit",
                    "LimitExceeded.DeliveryFrequencyLimit",
                    "LimitExceeded.PhoneNumberCountLimit",
                    "LimitExceeded.PhoneNumberDailyLimit",
                    "LimitExceeded.PhoneNumberOneHourLimit",
                    "LimitExceeded.PhoneNumberSameContentDailyLimit",
                    "LimitExceeded.PhoneNumberThirtySecondLimit",
                    "LimitExceeded.AppGlobalDailyLimit",
                    "LimitExceeded.AppMainlandChinaDailyLimit",
                ),
            },
            _MISCONFIGURED: {
                "The secret id or its signature is wrong.": (
                    "AuthFailure.InvalidAuthorization",
                    "AuthFailure.InvalidSecretId",
                    "AuthFailure.SecretIdNotFound",
                    "AuthFailure.SignatureExpire",
                    "AuthFailure.SignatureFailure",
                    "AuthFailure.TokenFailure",
                    "AuthFailure.MFAFailure",
                    "InternalError.SigFieldMissing",
                    "InternalError.SigVerificationFail",
                ),
                "The secret id may not do this.": (
                    "AuthFailure.UnauthorizedOperation",
                    "UnauthorizedOperation",
                    "UnauthorizedOperation.RequestIpNotInWhitelist",
                    "UnauthorizedOperation.RequestPermissionDeny",
                    "UnauthorizedOperation.IndividualUserMarketingSmsPermissionDeny",
                    "IpInBlacklist",
                    "IpNotInWhitelist",
                ),
                "The account is closed, in debt, or has not ordered this service.": (
                    "FailedOperation.InsufficientBalanceInSmsPackage",
                    "FailedOperation.InsufficientBalanceInVoicePackage",
                    "UnauthorizedOperation.ServiceSuspendDueToArrears",
                    "UnauthorizedOperation.SdkAppIdIsDisabled",
                    "UnauthorizedOperation.VoiceSdkAppidIsDisabled",
                    "InvalidParameterValue.SdkAppIdNotExist",
                    "InvalidParameterValue.SdkAppidVerifyFail",
                    "UnauthorizedOperation.SmsSdkAppIdVerifyFail",
                ),
                "The signature of the texts is missing or not approved.": (
                    "FailedOperation.SignatureIncorrectOrUnapproved",
                    "FailedOperation.MissingSignature",
                    "FailedOperation.MissingSignatureList",
                ),
                "The text is missing or not approved.": (
                    "FailedOperation.TemplateIncorrectOrUnapproved",
                    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
                    "FailedOperation.TemplateUnapprovedOrNotExist",
                    "FailedOperation.ParametersOtherError",
                    "InvalidParameterValue.TemplateWithoutApprove",
                    "InvalidParameterValue.MissingTemplateList",
                ),
                "The request is not one Tencent Cloud understands.": (
                    "FailedOperation.FailResolvePacket",
                    "FailedOperation.JsonParseFail",
                    "InternalError.JsonParseFail",
                    "InternalError.RestApiInterfaceNotExist",
                    "InvalidAction",
                    "InvalidParameter",
                    "InvalidParameterValue",
                    "InvalidRequest",
                    "MissingParameter",
                    "NoSuchVersion",
                    "NoSuchProduct",
                    "UnknownParameter",
                    "UnsupportedProtocol",
                    "UnsupportedRegion",
                    "UnsupportedOperation",
                    "ActionOffline",
                ),
            },
        }
    ),
    "FailedOperation.PhoneNumberInBlacklist": Meaning(
        kind=_REJECTED,
        detail="The person asked the carrier to send nothing more.",
        permanent=True,
        opted_out=True,
    ),
    "InternalError.Timeout": Meaning(
        kind=OutcomeKind.UNKNOWN, detail="Tencent Cloud did not answer in time."
    ),
}
BOOK = Book(PROVIDER, CODES)

#: What a failed SMS receipt says; only those that tell something about the number.
RECEIPTS: Mapping[str, Meaning] = {
    **table(
        {
            _REJECTED: {
                "The number does not exist or is out of service.": (
                    "MI:0001",
                    "UNDELIV:001",
                    "004",
                ),
                "The carrier filtered the text.": ("-106", "MK:0025"),
            },
            _UNAVAILABLE: {"The handset is off or out of reach.": ("002", "EXPIRED", "MI:0013")},
        }
    ),
    "BLACK": Meaning(
        kind=_REJECTED,
        detail="The person asked the carrier to send nothing more.",
        permanent=True,
        opted_out=True,
    ),
}
