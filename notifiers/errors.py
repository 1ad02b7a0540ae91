"""Every error this package raises; the docstring of each is what its reader must know.

NotifierError
├── NumberError        a phone number that cannot be dialled
├── ChannelsError      the list of channels in the settings is wrong
├── GatewayError       a provider's account settings do not fit together
└── CallbackError      an inbound request that is not what it claims to be
    └── WrongAccountError  it is about somebody else's account

A provider's fault is never an exception here: it is an `Outcome`.
"""


class NotifierError(Exception):
    """Something about the notifiers is wrong; `code` names it and `params` fill its sentence.

    `message` is an English template for `str.format`, so that a caller can translate it first.
    """

    def __init__(self, code: str, message: str, **params: str) -> None:
        self.code = code
        self.message = message
        self.params = params
        super().__init__(message.format(**params))


class NumberError(NotifierError, ValueError):
    """This is not a phone number anybody can dial."""


class ChannelsError(NotifierError):
    """The list of channels is wrong: where, and how to mend it; `problems` holds all of them."""

    def __init__(self, problems: "tuple[NotifierError, ...]") -> None:
        self.problems = problems
        first = problems[0]
        super().__init__(first.code, first.message, **first.params)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class GatewayError(NotifierError):
    """The provider's settings do not fit together, so nothing could ever be sent."""


class CallbackError(NotifierError):
    """The request came to a hook, but a field the hook needs is missing or senseless."""


class WrongAccountError(CallbackError):
    """The request speaks of another provider account than ours and must be refused."""
