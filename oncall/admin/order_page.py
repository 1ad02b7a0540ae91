"""A supervision order as it is printed, signed and sealed: one sheet of A4, red head 红头.

Official documents are Chinese and have their own form (GB/T 9704-2012): the head in red, the number
under it, a red line, the title, the unit addressed, the text, the signature and the day on the
right. Nothing about the caller is on it.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from oncall.core.oversight import Failing, OrderState, Oversight
from oncall.core.transfers import Transfer
from oncall.core.words import URGENCY, Text
from oncall.directory import Snapshot
from oncall.i18n import translator
from oncall.store import transfers
from oncall.store.database import Tx
from oncall.store.supervisions import Order
from oncall.supervision import colour_word, demanded

_CAUSES = {
    None: "逾期未签收，已逐级呼叫仍未落实",
    Failing.LATE: "近期多次未在规定时限内签收（共{n}件）",
    Failing.OVERDUE: "近期多件转办事项逾期未办结（共{n}件）",
}
_STYLE = """
@page { size: A4; margin: 27mm 26mm 22mm 28mm; }
* { box-sizing: border-box; }
body { font: 16pt/26pt FangSong, "FangSong_GB2312", STFangsong, "Noto Serif CJK SC", SimSun, serif;
  color: #000; margin: 0 auto; max-width: 156mm; }
@media screen { body { padding: 20mm 0; } }
.head { color: #d00; text-align: center; font: bold 28pt/1.4 "FZXiaoBiaoSong-B05S", STZhongsong,
  "Noto Serif CJK SC", SimSun, serif; letter-spacing: .12em; }
.number { text-align: center; margin: 2mm 0 2mm; }
hr { border: 0; border-top: 2.5pt solid #d00; margin: 0 0 6mm; }
h1 { font: bold 20pt/1.4 STZhongsong, "Noto Serif CJK SC", SimSun, serif; text-align: center;
  margin: 0 0 6mm; }
p { margin: 0; text-indent: 2em; text-align: justify; }
p.to { text-indent: 0; }
table { border-collapse: collapse; width: 100%; margin: 4mm 0; font-size: 14pt; line-height: 20pt; }
th, td { border: .7pt solid #000; padding: 1mm 3mm; text-align: left; vertical-align: top; }
th { width: 30mm; font-weight: normal; white-space: nowrap; }
.sign { margin-top: 7mm; text-align: right; padding-right: 2em; }
.mark { color: #d00; border: 1.5pt solid #d00; padding: 0 3mm; font-size: 14pt; line-height: 22pt;
  float: left; }
.draft { text-align: center; color: #888; border: 1pt dashed #888; margin-bottom: 6mm;
  font-size: 14pt; }
.foot { border-top: .7pt solid #000; border-bottom: .7pt solid #000; margin-top: 6mm;
  font-size: 12pt; line-height: 20pt; padding: 1mm 0; }
"""


def order_page(
    order: Order, matter: Transfer, snapshot: Snapshot, t: Text, matters: list[str]
) -> str:
    """The order as one HTML page that a browser prints on A4; ``t`` puts words into Chinese.

    ``matters`` are the printed numbers of everything that led to it.
    """
    rules, zone = snapshot.book.oversight, ZoneInfo(snapshot.book.terms.zone)
    cause = _CAUSES[order.cause].format(n=len(matters))
    facts = {
        "转办单号": "、".join(matters) or matter.code,
        "紧急程度": t(URGENCY[matter.urgency]),
        "类别": matter.category or "",
        "发生地": snapshot.unit_name(matter.area, "zh_CN"),
        "受理时间": _minute(matter.received_at, zone),
        "督办事由": cause,
        "督办要求": demanded(order, t),
        "回复时限": _minute(order.due_at, zone) if order.due_at else "签发后确定",
    }
    if order.reply is not None and order.replied_at is not None:
        by = f"（{order.replied_by}，{_minute(order.replied_at, zone)}）"
        facts["书面回复"] = order.reply + by
    rows = "".join(
        f"<tr><th>{name}</th><td>{escape(text).replace(chr(10), '<br>')}</td></tr>"
        for name, text in facts.items()
        if text
    )
    unit = escape(snapshot.unit_name(order.unit, "zh_CN"))
    title = f"关于{escape(matter.code)}号转办事项"
    return f"""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<title>{escape(order.number or title)}</title><style>{_STYLE}</style></head><body>
{_status(order)}
<div class="mark">{escape(colour_word(rules, order.colour, t))}督办</div>
<div style="clear:both"></div>
<div class="head">{escape(rules.office)}督办单</div>
<div class="number">{escape(order.number or "（草稿，未编号）")}</div><hr>
<h1>{title}<br>的督办通知</h1>
<p class="to">{unit}：</p>
<p>你单位承办的下列事项，经查{escape(cause)}。现予督办，请按要求办理，并于规定时限前书面回复。</p>
<table>{rows}</table>
{_signature(order, rules, zone)}
<div class="foot">请登录值守系统书面回复；逾期未回复的，将提级督办。</div>
</body></html>
"""


def _status(order: Order) -> str:
    if order.state is OrderState.DRAFT:
        return '<div class="draft">草稿：未经督办人员签发，不具效力</div>'
    if order.state is OrderState.DROPPED:
        return '<div class="draft">已作废</div>'
    return ""


def _signature(order: Order, rules: Oversight, zone: ZoneInfo) -> str:
    if order.issued_at is None:
        return ""
    by = f"签发人：{escape(order.issued_by)}<br>" if order.issued_by else ""
    local = order.issued_at.astimezone(zone)
    day = f"{local.year}年{local.month}月{local.day}日"
    return f'<div class="sign">{by}{escape(rules.office)}<br>{day}</div>'


def _minute(when: datetime, zone: ZoneInfo) -> str:
    local = when.astimezone(zone)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"


def page_of(tx: Tx, snapshot: Snapshot, order: Order) -> str:
    """The same, with what else it needs read in an open transaction."""
    ids = [order.transfer, *order.matters]
    known = transfers.by_ids(tx, ids)
    codes = [known[id].code for id in order.matters if id in known]
    t = translator("zh_CN")
    return order_page(order, known[order.transfer], snapshot, t, codes)
