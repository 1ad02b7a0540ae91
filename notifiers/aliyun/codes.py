"""The one place where Alibaba Cloud's codes get their meaning.

Sources: help.aliyun.com, "API错误码" of the SMS and the voice service, "运营商回执错误码" of the
voice service. What carriers put into an SMS receipt is an open list: a code that is not here is
shown as it is.
"""

from collections.abc import Mapping

from notifiers.codes import Book, Meaning, table
from notifiers.message import OutcomeKind, ReceiptResult

PROVIDER = "aliyun"

_REJECTED = OutcomeKind.REJECTED
_UNAVAILABLE = OutcomeKind.UNAVAILABLE
_QUOTA = OutcomeKind.QUOTA
_MISCONFIGURED = OutcomeKind.MISCONFIGURED

#: What a refused request says.
CODES: Mapping[str, Meaning] = {
    **table(
        {
            _REJECTED: {
                "The number is not valid.": (
                    "isv.MOBILE_NUMBER_ILLEGAL",
                    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
                    "isv.DISPLAY_NUMBER_ILLEGAL",
                ),
                "The number is protected against calls.": ("isv.COMPLAINT_REJECT",),
                "A blank of the text holds what the carrier forbids.": (
                    "isv.BLACK_KEY_CONTROL_LIMIT",
                    "isv.PARAM_NOT_SUPPORT_URL",
                    "isv.TEMPLATE_PARAMS_ILLEGAL",
                    "isv.SMS_CONTENT_ILLEGAL",
                    "isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE",
                ),
                "A blank of the text is longer than the carrier takes.": (
                    "isv.PARAM_LENGTH_LIMIT",
                ),
            },
            _UNAVAILABLE: {
                "Alibaba Cloud asks us to slow down.": (
                    "Throttling",
                    "Throttling.User",
                    "Throttling.Api",
                    "isp.GATEWAY_LIMIT",
                ),
                "Alibaba Cloud is out of order.": (
                    "isp.SYSTEM_ERROR",
                    "isp.UNKNOWN_ERR_CODE",
                    "ServiceUnavailable",
                    "InternalError",
                    "isv.VOICE_CALL_FAIL",
                ),
                "Calls are not carried at this hour.": (
                    "isv.VOICE_CALL_PERIOD_ERROR",
                    "isv.VOICE_ROBOT_NOT_PERIOD",
                ),
            },
            _QUOTA: {
                "The limit of this number or of the account is used up.": (
                    "isv.BUSINESS_LIMIT_CONTROL",
                    "isv.DAY_LIMIT_CONTROL",
                    "isv.MONTH_LIMIT_CONTROL",
                ),
            },
            _MISCONFIGURED: {
                "The access key or its signature is wrong.": (
                    "InvalidAccessKeyId.NotFound",
                    "InvalidAccessKeyId.Inactive",
                    "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "SignatureNonceUsed",
                    "InvalidTimeStamp.Expired",
                ),
                "The access key may not do this.": (
                    "isp.RAM_PERMISSION_DENY",
                    "Forbidden.RAM",
                    "NoPermission",
                    "isv.DENY_IP_RANGE",
                    "isv.CHECK_IP_FAIL",
                ),
                "The account is closed, in debt, or has not ordered this service.": (
                    "isv.AMOUNT_NOT_ENOUGH",
                    "isv.OUT_OF_SERVICE",
                    "isv.PRODUCT_UN_SUBSCRIPT",
                    "isv.PRODUCT_UNSUBSCRIBE",
                    "isv.ACCOUNT_NOT_EXISTS",
                    "isv.ACCOUNT_ABNORMAL",
                    "isv.BILLID_NOT_EXIST",
                    "isv.CUSTOMER_REFUSED",
                ),
                "The signature of the texts is missing or not approved.": (
                    "isv.SMS_SIGNATURE_ILLEGAL",
                    "isv.SMS_SIGN_ILLEGAL",
                    "isv.SMS_SIGNATURE_SCENE_ILLEGAL",
                    "isv.SIGN_NAME_ILLEGAL",
                    "isv.SIGN_STATE_ILLEGAL",
                    "isv.SIGN_COUNT_OVER_LIMIT",
                    "isv.EXTEND_CODE_ERROR",
                ),
                "The text is missing or not approved.": (
                    "isv.SMS_TEMPLATE_ILLEGAL",
                    "isv.TEMPLATE_ILLEGAL",
                    "isv.TTS_TEMPLATE_ILLEGAL",
                    "isv.TEMPLATE_MISSING_PARAMETERS",
                    "isv.TEMPLATE_COUNT_OVER_LIMIT",
                    "isv.ERROR_SIGN_NOT_MATCH_TEMPLATE",
                    "isv.VOICE_FILE_ILLEGAL",
                ),
                "The request is not one Alibaba Cloud understands.": (
                    "isv.INVALID_PARAMETERS",
                    "isv.INVALID_JSON_PARAM",
                    "isv.MOBILE_COUNT_OVER_LIMIT",
                    "isv.VOICE_ROBOT_CALLEE_LIMIT",
                    "InvalidAction.NotFound",
                    "InvalidVersion",
                    "MissingParameter",
                    "InvalidParameter",
                ),
            },
        }
    ),
    "isv.DUPLICATION": Meaning(
        kind=OutcomeKind.UNKNOWN, detail="Alibaba Cloud takes this for the message before."
    ),
}
BOOK = Book(PROVIDER, CODES)

_GONE = "The number does not exist or is out of service."
_AWAY = "The handset is off or out of reach."
#: What a failed SMS receipt says; only those that tell something about the number.
RECEIPTS: Mapping[str, Meaning] = {
    **table(
        {
            _REJECTED: {
                _GONE: ("MOBILE_NOT_ON_SERVICE", "MOBILE_ACCOUNT_ABNORMAL", "INVALID_NUMBER"),
                "The handset or its carrier blocks the message.": ("MOBILE_TERMINAL_ERROR",),
                "The carrier filtered the text.": ("CONTENT_KEYWORD", "CONTENT_ERROR"),
                "The carrier does not know the signature.": (
                    "SIGNATURE_BLACKLIST",
                    "SIGNATURE_NOT_DISCERN",
                ),
            },
            _QUOTA: {"The limit of this number is used up.": ("MOBILE_SEND_LIMIT",)},
            _UNAVAILABLE: {"The carrier failed.": ("SP_UNKNOWN_ERROR", "SP_NOT_BY_INTER_SMS")},
        }
    ),
    "MOBILE_IN_BLACK": Meaning(
        kind=_REJECTED,
        detail="The person asked the carrier to send nothing more.",
        permanent=True,
        opted_out=True,
    ),
}

_PROGRESS, _FAILED, _ANSWERED, _ENDED = (
    ReceiptResult.PROGRESS,
    ReceiptResult.FAILED,
    ReceiptResult.ANSWERED,
    ReceiptResult.ENDED,
)
#: Status of a call -> rank, result, whether it will fail again, and what it says.
CALLS: Mapping[str, tuple[int, ReceiptResult, bool, str]] = {
    "200101": (20, _PROGRESS, False, ""),
    "200201": (30, _PROGRESS, False, ""),
    "200102": (40, _ANSWERED, False, ""),
    "200103": (40, _ANSWERED, False, ""),
    "200000": (50, _ENDED, False, ""),
    "200001": (50, _ENDED, False, "The call was ended before the text was."),
    "200008": (50, _ENDED, False, "No key was pressed in time."),
    "200100": (45, _PROGRESS, False, ""),
    "200002": (50, _FAILED, False, "The line is busy."),
    "200003": (50, _FAILED, False, "Nobody picked up."),
    "200004": (50, _FAILED, True, _GONE),
    "200005": (50, _FAILED, False, "The call was refused or did not get through."),
    "200006": (50, _FAILED, False, "The text could not be spoken."),
    "200007": (50, _FAILED, False, _AWAY),
    "200010": (50, _FAILED, False, _AWAY),
    "200011": (50, _FAILED, True, _GONE),
    "200012": (50, _FAILED, False, "The call was lost on its way."),
    "200104": (50, _FAILED, False, "Our own number is restricted."),
    "200105": (50, _FAILED, False, "The number may not be called."),
    "200111": (50, _FAILED, False, "The call was refused or did not get through."),
    "200112": (50, _FAILED, False, "The line is busy."),
    "200113": (50, _FAILED, False, "Nobody picked up."),
    "200116": (50, _FAILED, True, _GONE),
    "200117": (50, _FAILED, False, "Our own number is not allowed."),
    "200118": (50, _FAILED, False, "Calls are not carried at this hour."),
    "200119": (50, _FAILED, False, "The limit of this number is used up."),
    "200120": (50, _FAILED, False, _AWAY),
    "200121": (50, _FAILED, False, "Too many calls at once."),
    "200130": (50, _FAILED, False, "The call did not get through."),
    "400": (50, _FAILED, False, "The carrier failed."),
    "476": (50, _FAILED, False, "Our own number was taken back."),
    "482": (50, _FAILED, True, _GONE),
    "500": (50, _FAILED, False, "The carrier failed."),
    "999999": (50, _FAILED, False, "Alibaba Cloud is out of order."),
    "9996": (50, _ENDED, False, ""),
}
