"""The one place where a Twilio error code gets its meaning; a code missing here fails a test.

Sources: the design notes on Twilio (paging.md section 4) and twilio.com/docs/api/errors.
"""

from collections.abc import Mapping

from notifiers.codes import Meaning, table
from notifiers.message import OutcomeKind

_REJECTED = OutcomeKind.REJECTED
_UNAVAILABLE = OutcomeKind.UNAVAILABLE
_QUOTA = OutcomeKind.QUOTA
_MISCONFIGURED = OutcomeKind.MISCONFIGURED

#: Twilio error code -> meaning.
CODES: Mapping[int, Meaning] = {
    **table(
        {
            _REJECTED: {
                "The number is not valid.": (21211, 21217, 21401, 21421, 13223, 13224),
                "The number cannot be reached by Twilio.": (21214, 21612),
                "The number cannot receive SMS.": (21614, 21265),
                "The number is a landline and cannot receive SMS.": (21635, 30006),
                "The account may not send to this country.": (21408, 21215, 13227),
                "The number may not be called from this account.": (21216,),
                "The number is our own sender.": (21266,),
                "The text is empty.": (21602, 21619, 14103),
                "The text is too long.": (21605, 21617, 21658),
                "No number was given.": (21201, 21604),
                "The handset or its carrier blocks the message.": (30004,),
                "The number does not exist or is out of service.": (30005,),
                "A carrier or Twilio filtered the text.": (30007, 30038, 30450),
                "The text was too large or broken for the network.": (30009, 30019),
                "The trial account may only reach verified numbers.": (21608, 21219, 21267),
            },
            _UNAVAILABLE: {
                "Twilio asks us to slow down.": (20429, 14107, 429),
                "Twilio is out of order.": (20500, 20503, 500, 502, 503, 21730, 30020, 30021),
                "The carrier failed for a reason it does not tell.": (30008, 30017, 30500),
            },
            _QUOTA: {
                "The sender's queue is full.": (21611, 30001),
                "The account's limit is used up.": (10004, 30010, 30022, 30023, 63038),
            },
            _MISCONFIGURED: {
                "The account SID or the auth token is wrong.": (20003, 20006, 20008, 401),
                "The account is suspended or may not do this.": (
                    *(10001, 10002, 20005, 20403, 30002, 403),
                ),
                "Twilio does not know the account or the message.": (20404, 404),
                "The sender's number is not valid or not ours.": (
                    *(21210, 21212, 21213, 21603, 21606, 21607),
                    *(21659, 21660, 21661, 30034),
                ),
                "The messaging service is missing or has no sender.": (21701, 21703, 21704, 21705),
                "The callback address is not valid.": (21205, 21609, 11100),
                "The useful life is outside what Twilio allows.": (21624, 30045, 90007),
                "The request is not one Twilio understands.": (20001, 20004, 21218, 400, 405),
                "The words to speak are not valid TwiML.": (12100, 12200),
            },
        }
    ),
    21610: Meaning(
        kind=_REJECTED,
        detail="The person replied STOP: Twilio sends this number nothing more.",
        permanent=True,
        opted_out=True,
    ),
    30003: Meaning(
        kind=_UNAVAILABLE,
        detail="The handset is off or out of reach.",
        # It may be on again in a moment, but this page does not wait for it.
        permanent=True,
        once_more=True,
    ),
    30036: Meaning(
        kind=_UNAVAILABLE,
        detail="The message was not sent within its useful life.",
        permanent=True,
    ),
    504: Meaning(kind=OutcomeKind.UNKNOWN, detail="Twilio did not answer in time."),
}

#: A call that ended as `failed` with one of these SIP answers will fail again.
SIP_PERMANENT: Mapping[int, str] = {
    403: "The number may not be called from this account.",
    404: "The number does not exist or is out of service.",
    410: "The number does not exist or is out of service.",
    484: "The number is not valid.",
    604: "The number does not exist or is out of service.",
}

#: The call is in a state this request does not apply to.
CALL_STATE = 21220


def meaning_of(code: int | None, status: int) -> Meaning | None:
    """What a refused request means by its code, or by its HTTP status when it has none."""
    if code is not None and (found := CODES.get(code)):
        return found
    if code is not None and code != status:
        return None
    return CODES.get(status) or (CODES[500] if status >= 500 else None)
