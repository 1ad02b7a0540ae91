"""Rosters as ugly as they come, one bug each: what stands in the file, and what is read of it."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from tests.rosters.building import workbook

Rows = Sequence[Sequence[object]]
NOTE = "注:白班8:00-20:00,夜班20:00-次日8:00"
WHOLE = "值班时间:8:00-次日8:00"


@dataclass(frozen=True, kw_only=True)
class Ugly:
    """A table: what stands above its rows, its rows, what stands below, and what is read."""

    above: Rows
    rows: Rows
    below: Rows = ()
    read: tuple[str, ...]
    #: Problems that are told of it beyond hours taken from a note, wherever they are.
    told: tuple[str, ...] = ()
    #: Those of them that keep the whole file out.
    refused: tuple[str, ...] = ()
    #: The first cell of the table: some begin far from A1.
    at: tuple[int, int] = (1, 1)
    as_csv: str = ""
    mapping: str = ""


def written(ugly: Ugly, rows: Rows) -> tuple[bytes, str]:
    """The file, with the rows in this order, and its name."""
    table = [*ugly.above, *rows, *ugly.below]
    if ugly.as_csv:
        encoding, _, delimiter = ugly.as_csv.partition(" ")
        out = io.StringIO()
        for row in table:
            out.write(delimiter.join("" if cell is None else str(cell) for cell in row) + "\r\n")
        return out.getvalue().encode(encoding), "ugly.csv"
    top, left = ugly.at
    padded: list[list[object]] = [[] for _ in range(top - 1)]
    padded += [[None] * (left - 1) + list(row) for row in table]
    return workbook(padded), "ugly.xlsx"


DAY = "primary 张三 11-03 08:00–11-03 20:00"
NIGHT = "primary 王五 11-03 20:00–11-04 08:00"
THIRD = "primary 张三 11-03 08:00–11-04 08:00"
FOURTH = "primary 王五 11-04 08:00–11-05 08:00"

UGLY: dict[str, Ugly] = {
    "invisible characters in the header": Ugly(
        above=[["\ufeff日\u200b期", "班\u00a0次", "值班\u3000人员"]],
        rows=[["2026-11-03", "8:00-20:00", "张三"], ["2026-11-03", "20:00-8:00", "王五"]],
        read=(DAY, NIGHT),
    ),
    "UTF-16 and semicolons, with a title and empty columns": Ugly(
        as_csv="utf-16 ;",
        above=[["2026年11月值班表", "", "", "", ""], ["日期", "班次", "姓名", "", ""]],
        rows=[["11月3日", "白班", "张三", "", ""], ["11月3日", "夜班", "王五", "", ""]],
        below=[[NOTE, "", "", "", ""]],
        read=(DAY, NIGHT),
    ),
    "a letterhead of twelve lines": Ugly(
        above=[
            *[[f"第{n}条 值班人员须坚守岗位,保持电话畅通"] for n in range(1, 12)],
            ["二〇二六年十一月值班表"],
            ["日期", "值班人员"],
        ],
        rows=[["11月3日", "张三"], ["11月4日", "王五"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH),
    ),
    "full-width dots and digits": Ugly(
        above=[["日期", "时间", "值班员"]],
        rows=[["２０２６．１１．３", "８：００－２０：００", "张三"],
              ["2026．11.3", "20:00～次日8:00", "王五"]],
        read=(DAY, NIGHT),
    ),
    "moments instead of days, as programs write them": Ugly(
        as_csv="utf-8 ,",
        above=[["日期", "班次", "值班人员"]],
        rows=[["2026-11-03 00:00:00", "8:00-20:00", "张三"],
              ["2026-11-03T00:00:00+08:00", "20:00-8:00", "王五"]],
        read=(DAY, NIGHT),
    ),
    "numbers in scientific notation, complete and cut short": Ugly(
        above=[["日期", "班次", "值班人员", "手机"]],
        rows=[["2026-11-03", "8:00-20:00", "张三", "1.3900000001E+10"],
              ["2026-11-03", "20:00-8:00", "王五", "1.39E+10"]],
        read=(DAY, NIGHT),
        told=("phone-wrong",),
        refused=("phone-wrong",),
    ),
    "a table that begins at D7": Ugly(
        at=(7, 4),
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "张三"], ["2026-11-04", "王五"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH),
    ),
    "titles, ranks and full-width spaces around names": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "张　三（科员）"], ["2026-11-04", "副主任：王 五"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH),
    ),
    "two people with nothing but a space between them": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "张三 李四"], ["2026-11-04", "王五"]],
        below=[[WHOLE]],
        read=("primary 张三 11-03 08:00–11-04 08:00", "primary 李四 11-03 08:00–11-04 08:00",
              FOURTH),
    ),
    "three shifts of eight hours, the last until 24:00": Ugly(
        above=[["日期", "班次", "值班人员"]],
        rows=[["2026-11-03", "大夜班(0:00-8:00)", "张三"],
              ["2026-11-03", "白班(8:00-16:00)", "李四"],
              ["2026-11-03", "小夜班(16:00—24:00)", "王五"]],
        read=("primary 张三 11-03 00:00–11-03 08:00", "primary 李四 11-03 08:00–11-03 16:00",
              "primary 王五 11-03 16:00–11-04 00:00"),
    ),
    "some days of the week in one row": Ugly(
        above=[["2026年11月值班表"], ["日期", "值班人员"]],
        rows=[["3、5日", "张三"], ["11月4日", "王五"]],
        below=[[WHOLE]],
        read=(THIRD, "primary 张三 11-05 08:00–11-06 08:00", FOURTH),
    ),
    "signatures and totals between the rows": Ugly(
        above=[["日期", "值班人员", "备注"]],
        rows=[["2026-11-03", "张三", ""], ["合计", "2人次", ""], ["审核:×××", "制表:×××", ""],
              ["2026-11-04", "王五", ""]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH),
    ),
    "the weekday in brackets, and wrong once": Ugly(
        above=[["2026年11月值班表"], ["日期", "值班人员"]],
        rows=[["3日（周二）", "张三"], ["4日(星期一)", "王五"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH),
        told=("weekday-mismatch",),
    ),
    "nobody in three spellings": Ugly(
        above=[["日期", "值班人员", "副班"]],
        rows=[["2026-11-03", "张三", "——"], ["2026-11-04", "王五", "无"],
              ["2026-11-05", "/", "休"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH),
        told=("slot-empty",),
    ),
    "a turn without anybody yet": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "张三"], ["2026-11-04", "（轮空）"]],
        below=[[WHOLE]],
        read=(THIRD,),
        told=("person-pending",),
        refused=("person-pending",),
    ),
    "the same row twice, and a cover in brackets": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "赵六（替班：张三）"], ["2026-11-04", "王五"], ["2026-11-04", "王五"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH, FOURTH),
        told=("cover-understood",),
    ),
    "headers only this unit understands": Ugly(
        above=[["值守日", "总把关", "坐班"]],
        rows=[["2026-11-03", "陈局", "张三"], ["2026-11-04", "陈局", "王五"]],
        mapping='hours = "8:00-次日8:00"\n[columns]\n"A" = "日期"\n"总把关" = "带班领导"\n'
        '"坐班" = "主班"\n[people]\n"陈局" = "陈建国"',
        read=("leader 陈建国 11-03 08:00–11-04 08:00", THIRD,
              "leader 陈建国 11-04 08:00–11-05 08:00", FOURTH),
    ),
}  # fmt: skip
