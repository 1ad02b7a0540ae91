"""The one place where the robots' codes get their meaning: they refuse in the body of an HTTP 200.

Sources: developer.work.weixin.qq.com "全局错误码" (WeCom), open.dingtalk.com "自定义机器人"
(DingTalk), open.feishu.cn "自定义机器人使用指南" (Feishu).
"""

from collections.abc import Mapping

from notifiers.codes import Meaning, table
from notifiers.message import OutcomeKind

_REJECTED = OutcomeKind.REJECTED
_UNAVAILABLE = OutcomeKind.UNAVAILABLE
_QUOTA = OutcomeKind.QUOTA
_MISCONFIGURED = OutcomeKind.MISCONFIGURED

_ADDRESS = "The robot's address is not valid, or the robot was taken out of its group."
_SECRET = "The robot's secret, word or list of addresses does not let us in."  # noqa: S105 -- words
_FORMAT = "The robot does not understand the request."
_FAST = "The robot's messages of this minute are used up."
_BUSY = "The robot is out of order."
_LONG = "The text is too long."
_WORDS = "The text holds what the robot forbids."

WECOM: Mapping[int, Meaning] = table(
    {
        _REJECTED: {_LONG: (45002,), "The text is empty.": (44004,)},
        _UNAVAILABLE: {_BUSY: (-1, 45033)},
        _QUOTA: {_FAST: (45009,)},
        _MISCONFIGURED: {
            _ADDRESS: (93000, 93008, 40014),
            _SECRET: (60020,),
            _FORMAT: (40008, 40035, 40058, 40063, 44001),
        },
    }
)
DINGTALK: Mapping[int, Meaning] = table(
    {
        _REJECTED: {
            _LONG: (460101,),
            _WORDS: (430101, 430102, 430103, 430104),
            "The text is empty.": (400105,),
        },
        _UNAVAILABLE: {_BUSY: (-1,)},
        _QUOTA: {_FAST: (130101, 410100)},
        _MISCONFIGURED: {
            _ADDRESS: (300001, 300005, 400013, 400101, 400102),
            _SECRET: (310000,),
            _FORMAT: (40035, 43004, 400106),
        },
    }
)
FEISHU: Mapping[int, Meaning] = table(
    {
        _REJECTED: {"The text is too long or of a wrong form.": (9499,), _WORDS: (19036,)},
        _UNAVAILABLE: {_BUSY: (2200, 19003)},
        _QUOTA: {_FAST: (11232, 99991400)},
        _MISCONFIGURED: {
            _ADDRESS: (19001,),
            _SECRET: (19021, 19022, 19024),
            _FORMAT: (19002,),
        },
    }
)
