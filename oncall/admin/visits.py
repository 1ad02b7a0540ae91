"""What callers said when 12345 asked them afterwards, from a file: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from oncall.admin.tables import Column, Faults, Row, read_table
from oncall.core.transfers import Transfer
from oncall.reporting import Visit, misdated

COLUMNS = (
    Column(name="transfer", also=("单号", "转办单号", "编号"), required=True),
    Column(name="visited_at", also=("回访时间", "回访日期", "时间"), required=True),
    Column(name="solved", also=("是否解决", "解决", "问题是否解决"), required=True),
    Column(name="satisfied", also=("是否满意", "满意", "满意度"), required=True),
)
_YES = frozenset({"yes", "y", "true", "1", "是", "已解决", "解决", "满意", "非常满意", "基本满意"})
_NO = frozenset({"no", "n", "false", "0", "否", "未解决", "没解决", "不满意", "非常不满意"})
_NOT_SAID = frozenset({"", "-", "—", "未评价", "未接通", "无"})


def plan(
    data: bytes,
    filename: str,
    find: Callable[[str], Transfer | None],
    zone: ZoneInfo,
    now: datetime,
) -> list[Visit]:
    """The visits of a file; raises Invalid with every fault of it.

    ``find`` knows a transfer by its id, printed number or origin:number. Wall clocks are those
    of ``zone``.
    """
    faults = Faults()
    found = [
        visit
        for row in read_table(data, filename, COLUMNS, faults)
        if (visit := _visit(row, find, zone, now, faults)) is not None
    ]
    faults.check()
    return found


def _visit(
    row: Row,
    find: Callable[[str], Transfer | None],
    zone: ZoneInfo,
    now: datetime,
    faults: Faults,
) -> Visit | None:
    transfer = find(row.get("transfer"))
    if transfer is None:
        faults.add(row.where, "no_such_matter", row.get("transfer"))
    at = _moment(row, zone)
    if at is None:
        faults.add(row.where, "bad_visit_time", row.get("visited_at"))
    elif transfer is not None and (wrong := misdated(transfer, at, now, zone)) is not None:
        faults.add(row.where, wrong, row.get("visited_at"))
    said = {name: _answer(row, name, faults) for name in ("solved", "satisfied")}
    if transfer is None or at is None:
        return None
    return Visit(transfer=transfer.id, at=at, **said)


def _answer(row: Row, name: str, faults: Faults) -> bool | None:
    text = row.get(name).strip().lower()
    if text in _YES:
        return True
    if text not in _NO and text not in _NOT_SAID:
        faults.add(row.where, "bad_answer", row.get(name))
    return False if text in _NO else None


def _moment(row: Row, zone: ZoneInfo) -> datetime | None:
    text = row.get("visited_at").strip().replace("/", "-").replace("年", "-").replace("月", "-")
    parts = text.replace("日", "").replace("T", " ").split(" ", 1)
    # Sheets write 2026-11-3; ISO wants 2026-11-03.
    day = "-".join(part.zfill(2) for part in parts[0].split("-"))
    try:
        read = datetime.fromisoformat(" ".join([day, *parts[1:]]).strip())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
