"""Changes of duty 换班、求替班、请假、接替: asked, agreed, approved, in force, taken back exactly.

A change reaches the roster as overrides on top of it, so what was there stays visible. Everybody it
touches, and nobody else, is told what was and what is now. It warns of what is too much and never
forbids it.
"""

from oncall.duty_changes.asking import ask_cover, ask_leave, ask_swap, take_over
from oncall.duty_changes.deciding import Lapses, act, fill, look
from oncall.duty_changes.finding import acting, conflicts
from oncall.duty_changes.replying import Replies
from oncall.duty_changes.telling import tell_override
from oncall.duty_changes.values import Asked, By, Conflicting, Give, Move, Outcome, Stage

__all__ = [
    "Asked",
    "By",
    "Conflicting",
    "Give",
    "Lapses",
    "Move",
    "Outcome",
    "Replies",
    "Stage",
    "act",
    "acting",
    "ask_cover",
    "ask_leave",
    "ask_swap",
    "conflicts",
    "fill",
    "look",
    "take_over",
    "tell_override",
]
