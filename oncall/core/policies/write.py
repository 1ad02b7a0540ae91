"""A book of ladders as the file a person reads and edits; reading it gives the same book."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import time, timedelta

from oncall.core.handover import HandoverRules
from oncall.core.model import Ask, Colour, Policy, Step
from oncall.core.oversight import Oversight
from oncall.core.policies.book import PolicyBook
from oncall.core.policies.life import life_lines
from oncall.core.policies.values import written
from oncall.core.terms import Term, Terms
from oncall.core.transfers import LifeTerms

_TITLE = """\
# Who is contacted, when and how, until a human answers · 呼叫谁、何时、用什么方式,直到有人签收
#
# Times count from the moment the matter arrives: "90s", "15m", "4h" · 时间从呼叫时刻起算
# ask: source:role, first choice first; @UNIT asks another unit · 先问值班表,空缺时依次往后
#   roster: primary 主班, deputy 副班, leader 带班领导, team 应急队, supervisor 督办
#   post:   liaison 联络员, deputy 副职, division_leader 分管领导, head 主要负责人
#   desk:   desk 值班室座机
# channels: sms 短信, voice 电话. draft: a supervision order, blue 蓝, yellow 黄, red 红 · 督办单
# Check before use · 改完先检查: oncall policy check FILE
"""
_NOTES = {
    "ack_within": "an answer later than this is late · 签收时限",
    "useful_life": "an older message is not sent as if it were new · 通知有效期",
    "first_action": "from the answer to the first progress note · 签收后首次处置时限",
    "first_action_working": "count office hours only · 只算工作时间",
    "exhausted_after": "from the last step to the alarm · 末级后多久告警",
    "alarm_every": "and again, until somebody has it · 重复告警间隔",
    "late_after": "a message sent later than this says so · 迟发多久须注明",
    "hours": "office hours · 工作时间",
    "day_ends": "a deadline in working days ends then · 办理期限当日截止时刻",
    "remind": "per cent of the time passed · 提醒时点(期限百分比)",
    "extensions_by": "whose supervisor allows more time · 延期审批单位",
    "words": "the county's own words for the colours · 颜色名称",
    "auto_blue": "a blue order goes out by itself · 蓝色督办自动下发",
    "reply_within": "working days for the written reply · 书面回复期限(工作日)",
    "tally_at": "when failings are counted every day · 每日统计时刻",
    "what": "late: answers too late; overdue: not finished in time · 统计内容",
    "working_days": "the day of receipt does not count · 办理期限(工作日,次日起算)",
    "evening": "who comes on duty is reminded then, the day before · 接班前一日提醒时刻",
    "before": "and again so long before the duty · 接班前多久再提醒",
    "confirm_by": "unconfirmed by then, the leader is told · 未确认则报带班领导",
    "off": "units that are not reminded · 不提醒的单位",
    "urgent": "to agree whose it is; critical matters too · 紧急、特急件争议协商时限",
    "routine": "then the first receiver goes ahead · 一般件协商时限,逾时首接先行",
    "join": "to join a talk of the parties · 三方沟通加入时限",
    "hands": "so many units in turn, then a dispute decides · 最多转几手,再退即转争议",
    "copy_parent": "a team's unit is told as well · 直转一线时抄送其上级单位",
    "either_may_ack": "the unit is paged too, either may take it · 班组与单位任一签收即可",
    "confirm_within": "two others confirm a mark of malice by then · 恶意标记须在此时限内确认",
    "holds": "then such a mark lapses by itself · 标记有效期",
    "release_after": "undecided, a marked caller's units are paged after all · 未核实则照常呼叫",
    "again": "units wait for the police: the desk is alarmed again · 待110派警时重复告警间隔",
    "county_office": "paged for major matters · 重大问题呼叫的县值班室",
    "within": "from the first contact, day and night · 办理期限(自首次受理起)",
}


def dump(book: PolicyBook) -> str:
    """The book as commented TOML; ``parse(dump(book), ...)`` gives an equal book."""
    policies = list(book.policies.items())
    lines = [_TITLE, f"name = {_quoted(book.name)}"]
    common: dict[str, str] = {}
    if policies:
        common = _common(policies[0][1]) | _office(book.terms)
        lines += [_line(key, value) for key, value in common.items()]
    at = len(lines)
    for (category, _), policy in policies:
        lines += ["", *_policy(category, policy, common)]
    # Tables come last in TOML: what stands above them would else belong to the one before.
    lines[at:at] = _terms(book.terms)
    lines += ["", *_handover(book.handover), *_life(book.life)]
    for term in book.terms.terms:
        lines += ["", *_term(term)]
    lines += ["", *_oversight(book.oversight)]
    return "\n".join(lines) + "\n"


def _handover(rules: HandoverRules) -> Iterator[str]:
    yield "[handover]"
    evening = "" if rules.evening is None else _clock(rules.evening)
    yield _line("evening", _quoted(evening))
    yield _line("before", _quoted(written(rules.before)))
    yield _line("confirm_by", _quoted(written(rules.confirm_by)))
    yield _line("roles", f"[{', '.join(map(_quoted, rules.roles))}]")
    yield _line("off", f"[{', '.join(map(_quoted, sorted(rules.off)))}]")
    yield _line("hold", f"[{', '.join(map(_quoted, sorted(rules.hold)))}]")
    yield _line("hold_for", _quoted(written(rules.hold_for)))


def _life(terms: LifeTerms) -> Iterator[str]:
    for table, keys in life_lines(terms):
        yield ""
        yield f"[{table}]"
        for key, value in keys:
            yield _line(key, _value(value))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return _quoted(written(value))
    return str(value) if isinstance(value, int) else _quoted(str(value))


def _common(policy: Policy) -> dict[str, str]:
    return _office(policy) | {"late_after": _quoted(written(policy.late_after))}


def _office(where: Policy | Terms) -> dict[str, str]:
    spans = ", ".join(f'"{_clock(a)}-{_clock(b)}"' for a, b in where.hours)
    return {"zone": _quoted(where.zone), "hours": f"[{spans}]"}


def _policy(category: str | None, policy: Policy, common: dict[str, str]) -> Iterator[str]:
    yield "[[policy]]"
    yield _line("name", _quoted(policy.name))
    yield _line("urgency", _quoted(policy.urgency))
    if category is not None:
        yield _line("category", _quoted(category))
    for key, value in _common(policy).items():
        if common[key] != value:
            yield _line(key, value)
    yield _line("ack_within", _quoted(written(policy.ack_within)))
    yield _line("useful_life", _quoted(written(policy.useful_life)))
    yield _line("first_action", _quoted(written(policy.first_action)))
    if policy.first_action_working:
        yield _line("first_action_working", "true")
    yield _line("exhausted_after", _quoted(written(policy.exhausted_after)))
    yield _line("alarm_every", _quoted(written(policy.alarm_every)))
    if policy.quiet is not None:
        quiet = policy.quiet
        yield "# Levels from this one up wait for the morning · 夜间不打扰"
        yield (
            f'quiet = {{ since = "{_clock(quiet.since)}", until = "{_clock(quiet.until)}", '
            f"from_level = {quiet.from_level} }}"
        )
    for step in policy.steps:
        yield from _step(step)


def _terms(terms: Terms) -> Iterator[str]:
    yield _line("day_ends", _quoted(_clock(terms.day_ends)))
    yield _line("remind", f"[{', '.join(str(p) for p in terms.remind)}]")
    yield _line("extensions_by", _quoted(terms.extensions_by))


def _term(term: Term) -> Iterator[str]:
    yield "[[deadline]]"
    yield _line("urgency", _quoted(term.urgency))
    if term.category is not None:
        yield _line("category", _quoted(term.category))
    if term.working_days is not None:
        yield _line("working_days", str(term.working_days))
    elif term.within is not None:
        yield _line("within", _quoted(written(term.within)))


def _oversight(rules: Oversight) -> Iterator[str]:
    yield "# Orders a person confirms; {year} and {n} stand in the number · 督办单"
    yield "[supervision]"
    yield f"number = {_quoted(rules.number)}"
    yield f"office = {_quoted(rules.office)}"
    yield f"unit = {_quoted(rules.unit)}"
    if rules.words:
        yield _line("words", _by_colour({c: _quoted(w) for c, w in rules.words.items()}))
    yield _line("auto_blue", "true" if rules.auto_blue else "false")
    yield _line("reply_within", _by_colour(rules.reply_within))
    yield _line("tally_at", _quoted(_clock(rules.tally_at)))
    if not rules.tallies:
        yield "tally = []"
    for tally in rules.tallies:
        yield ""
        yield "[[supervision.tally]]"
        yield _line("what", _quoted(tally.what))
        yield f"times = {tally.times}"
        yield f"within = {_quoted(written(tally.within))}"


def _by_colour(values: Mapping[Colour, object]) -> str:
    return f"{{ {', '.join(f'{colour} = {value}' for colour, value in values.items())} }}"


def _step(step: Step) -> Iterator[str]:
    yield ""
    yield "[[policy.step]]"
    yield f"level = {step.level}"
    if step.morning is None:
        if step.after is not None:
            yield f'after = "{written(step.after)}"'
    else:
        m = step.morning
        yield "# the first working morning at least this much later · 之后的首个工作日上午"
        later = f", days_later = {m.days_later}" if m.days_later else ""
        yield (
            f'morning = {{ clock = "{_clock(m.clock)}", not_before = "{written(m.not_before)}"'
            f"{later} }}"
        )
    yield f"ask = [{', '.join(_quoted(_ask(a)) for a in step.asks)}]"
    yield f"channels = [{', '.join(_quoted(c) for c in step.channels)}]"
    if step.draft is not None:
        yield f"draft = {_quoted(step.draft)}"


def _ask(ask: Ask) -> str:
    at = f"@{ask.unit}" if ask.unit else ""
    return f"{ask.source}:{ask.role}{at}"


def _line(key: str, value: str) -> str:
    note = _NOTES.get(key)
    said = f"{key} = {value}"
    return f"{said:<28}  # {note}" if note else said


def _quoted(text: str) -> str:
    # JSON's escapes are TOML's, but for the one character TOML forbids and JSON does not.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _clock(clock: time) -> str:
    return clock.strftime("%H:%M")
