"""The one place where 云MAS's words get their meaning (its HTTP interface, 普通短信 norsubmit)."""

from collections.abc import Mapping

from notifiers.codes import Book, Meaning, table
from notifiers.message import OutcomeKind

PROVIDER = "mas"

#: `rspcod` of an answer, or the HTTP status where whatever stands in between answers.
CODES: Mapping[str, Meaning] = table(
    {
        OutcomeKind.REJECTED: {"The text holds what the carrier forbids.": ("InvalidMessage",)},
        OutcomeKind.UNAVAILABLE: {"云MAS is out of order.": ("500", "502", "503", "504")},
        OutcomeKind.QUOTA: {"The account's messages are used up.": ("429",)},
        OutcomeKind.MISCONFIGURED: {
            "The user, its password or the group's name is wrong.": ("InvalidUsrOrPwd", "401"),
            "The check sum is wrong: the secret or the group's name is.": ("IllegalMac",),
            "The code of the signature is wrong or missing.": ("IllegalSignId", "NoSignId"),
            "This machine's address is not on the list of the account.": ("IllegalIp", "403"),
            "The request is not one 云MAS understands.": ("TooManyMobiles", "400", "404"),
        },
    }
)
BOOK = Book(PROVIDER, CODES)

#: What a failed receipt says; only what tells something about the number.
RECEIPTS: Mapping[str, Meaning] = table(
    {
        OutcomeKind.REJECTED: {
            "The number does not exist or is out of service.": ("MK:0001", "MI:0001", "UNDELIV"),
            "The carrier filtered the text.": ("ID:0076", "MK:0025"),
        },
        OutcomeKind.UNAVAILABLE: {"The handset is off or out of reach.": ("MI:0013", "EXPIRED")},
    }
)
