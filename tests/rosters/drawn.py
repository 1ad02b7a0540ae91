"""The six layouts as the specification draws them, cell by cell."""

from collections.abc import Callable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from tests.rosters.building import saved, workbook

Rows = list[list[object]]

L2_ROWS: Rows = [
    ["1", "10月1日(星期四)", "林书记\n13900000009", "张三、李四",
     "13900000001\n139 0000 0002", "24小时"],
    ["2", "10月2日(星期五)", None, "王 五,赵六", "139-0000-0003/13900000004", "同上"],
    ["3", "3日", "黄镇长", "孙七", "+86 13900000005", "〃"],
    ["8", "10月8日", "恢复正常上班"],
    [None, "10月10日(周六、补班)", "黄镇长", "周八", "１３９０００００００６", "调休上班"],
]  # fmt: skip
L2_NOTE = "值班电话:23511111   值班时间:当日上午8:00至次日上午8:00   2026年9月28日"


def l2(
    rows: Rows | None = None,
    *,
    note: str = L2_NOTE,
    merged: tuple[str, ...] = ("C3:C4",),
) -> bytes:
    """The township's holiday roster."""
    rows = L2_ROWS if rows is None else rows
    table: Rows = [
        ["××镇2026年国庆节假期值班表"],
        ["序号", "日期", "带班领导", "值班人员", "手机", "备注"],
        *rows,
        [note],
    ]
    last = len(table)
    return workbook(table, merged=["A1:F1", *merged, f"A{last}:F{last}"], name="国庆")


L4_ROWS: Rows = [
    ["第1周", "11月2日—11月8日", "陈建国", "张三", "李四", "王五、赵六", "详见通讯录"],
    ["第2周", "11.9-11.15", "林芳", "李四(代)", "张三", "待定", "13900000003"],
    ["第3周", "11/16~11/22", "〃", "吴九", "—", "同上", "0595-23500002转8012"],
]


def l4(rows: Rows | None = None, *, title: str = "", note: str = "") -> bytes:
    """Weekly groups."""
    head = ["轮次", "起止日期", "组长(带班)", "A角", "B角", "成员", "电话"]
    above: Rows = [[title]] if title else []
    below: Rows = [[note]] if note else []
    return workbook([*above, head, *(L4_ROWS if rows is None else rows), *below])


L5_TEXT = """值班日期,值班领导,值班员1,值班员1电话,值班员2,值班员2电话
2026/11/3 周二,"陈建国，13900000009",张三 ,(0595)23500000,李四,8613900000002
2026年11月4日,林芳, 王  五,139 0000 0003,,
20261105,,赵六（顶班：孙七）,13900000004,,
45236,林芳,周八,13900000005,,
合计,,5人次,,,
"""


def l5(text: str = L5_TEXT, *, note: str = "") -> bytes:
    """A CSV file saved by WPS."""
    return (text + note).encode("gb18030")


def l6(change: Callable[[Any], None] | None = None, *, note: str = "") -> bytes:
    """Two halves of a month side by side, under a header of two rows."""
    heads = ["日期", "星期", "白班", None, "夜班", None]
    subs = [None, None, "姓名", "电话", "姓名", "电话"]
    table: Rows = [
        ["县××中心值班表(11月)"],
        ["上半月", None, None, None, None, None, "下半月"],
        [*heads, *heads],
        [*subs, *subs],
        ["11月3日", "一", "张三", "13900000001", "李四", "13900000002",
         "11月18日", "三", "(与王五换班)张三", "13900000001", "赵六", "13900000004"],
        ["4", "三", "李四", "13900000002", "张三", "13900000001",
         "19", "四", None, "13900000009", "赵六", "休"],
        ["说明:夜班17:30至次日8:00;带班领导见另表。" + note + "审核:×××  制表:×××"],
    ]  # fmt: skip
    table[5][11] = None
    both = [f"{column}3:{column}4" for column in "ABGH"]
    over = ["C3:D3", "E3:F3", "I3:J3", "K3:L3"]

    def finish(sheet: Any) -> None:
        sheet["I6"] = CellRichText(TextBlock(InlineFont(strike=True), "孙七"), "吴九")
        if change is not None:
            change(sheet)

    merged = ["A1:L1", "A2:F2", "G2:L2", "A7:L7", *both, *over]
    return workbook(table, merged=merged, change=finish, name="值班表")


WEEKDAYS = ["一", "二", "三", "四", "五", "六", "日"]
CARDS: Rows = [
    ["张 三", "办公室主任", "13900000001", "短号 660001"],
    ["李四", "科员", 13900000002, "660002"],
    ["陈建国", "局长", "13900000009", ""],
]


def l3(
    *,
    corner: object = "2026年11月",
    rows: Rows | None = None,
    note: str = "",
    cards: Rows | None = None,
) -> bytes:
    """A month as a calendar, and the telephone list on a second sheet."""
    blank: list[object] = [None] * 6
    grid: Rows = rows or [
        [None, *blank, 1],
        ["带班", *blank, "陈局"],
        ["值班", *blank, "张三/李四"],
        [None, 2, 3, 4, 5, 6, 7, 8],
        ["带班", "陈局", "〃", "林芳", "林芳", "林芳", "—", "—"],
        ["值班", "张三", "李四", "张三", "李四", "张三", "李四", "张三"],
    ]
    book = Workbook()
    book.active.title = "排班"
    lists: Rows = CARDS if cards is None else cards
    for row in [[corner, *WEEKDAYS], *grid, *([[note]] if note else [])]:
        book.active.append(row)
    sheet = book.create_sheet("通讯录")
    for row in lists:
        sheet.append(row)
    return saved(book)
