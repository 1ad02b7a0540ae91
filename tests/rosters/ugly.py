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
    "English, with Day beside Date": Ugly(
        above=[["Date", "Day", "Shift", "On duty"]],
        rows=[["2026-11-03", "Tue", "Day shift", "张三"],
              ["2026-11-03", "Tue", "Night shift", "王五"]],
        below=[["Note: day shift 08:00-20:00, night shift 20:00-08:00"]],
        read=(DAY, NIGHT),
    ),
    "days in Chinese numerals, in English, with half a year's digits": Ugly(
        above=[["二〇二六年十一月值班表"], ["日期", "值班人员"]],
        rows=[["十一月三日", "张三"], ["二〇二六年十一月四日", "王五"], ["5-Nov", "张三"],
              ["Nov 6th, 2026", "张三"], ["7-Nov-26", "张三"], ["26年11月8日（周日）", "张三"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH, *(f"primary 张三 11-{n:02} 08:00–11-{n + 1:02} 08:00"
                               for n in range(5, 9))),
    ),
    "days by other calendars, and in an order nobody can tell": Ugly(
        above=[["2026年11月值班表"], ["日期", "值班人员"]],
        rows=[["3日", "张三"], ["民国115年11月4日", "王五"], ["农历九月廿五", "王五"],
              ["26/11/4", "王五"], ["Nov-26", "王五"]],
        below=[[WHOLE]],
        read=(THIRD,),
        told=("date-unreadable", "range-wrong"),
        refused=("date-unreadable", "range-wrong"),
    ),
    "a header of three rows": Ugly(
        above=[["日期", "值班情况", None, None, None],
               [None, "白班", None, "夜班", None],
               [None, "姓名", "电话", "姓名", "电话"]],
        rows=[["2026-11-03", "张三", "13900000001", "王五", "13900000002"]],
        below=[[NOTE]],
        read=(DAY, NIGHT),
    ),
    "the dot inside a name, as keyboards have it": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "买买提·艾力"], ["2026-11-04", "买买提.艾力"],
              ["2026-11-05", "买买提•艾力"], ["2026-11-06", "买买提 ‧ 艾力"]],
        below=[[WHOLE]],
        read=tuple(f"primary 买买提·艾力 11-{n:02} 08:00–11-{n + 1:02} 08:00"
                   for n in range(3, 7)),
    ),
    "one for another, said in brackets": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "陈建国（张三代）"], ["2026-11-04", "陈建国(由王五代班)"]],
        below=[[WHOLE]],
        read=(THIRD, FOURTH),
        told=("cover-understood",),
    ),
    "two names joined by a word": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "张三"], ["2026-11-04", "王五和李四"], ["2026-11-05", "李和平"]],
        below=[[WHOLE]],
        read=(THIRD, "primary 李和平 11-05 08:00–11-06 08:00"),
        told=("name-unreadable",),
        refused=("name-unreadable",),
    ),
    "half a shift each, in brackets": Ugly(
        above=[["日期", "值班人员"]],
        rows=[["2026-11-03", "张三(上午)赵六(下午)"], ["2026-11-04", "王五"]],
        below=[[WHOLE]],
        read=(THIRD, THIRD.replace("张三", "赵六"), FOURTH),
        told=("remark-clock",),
    ),
    "the hours of two shifts in one cell": Ugly(
        above=[["日期", "班次", "值班人员"]],
        rows=[["2026-11-03", "8:00-20:00", "张三"],
              ["2026-11-04", "8:00-17:30、17:30-次日8:00", "王五"]],
        read=(DAY,),
        told=("shift-clock-conflict",),
        refused=("shift-clock-conflict",),
    ),
    "titles in front, and marks that say: these digits are text": Ugly(
        above=[["日期", "带班领导", "值班人员", "电话"]],
        rows=[["2026-11-03", "局长 陈建国 13900000009", "张三", "'13900000001"],
              ["2026-11-04", "副局长林芳", "王五", "'139 0000 0002"]],
        below=[[WHOLE]],
        read=("leader 陈建国 11-03 08:00–11-04 08:00", THIRD,
              "leader 林芳 11-04 08:00–11-05 08:00", FOURTH),
    ),
    "tabs inside cells, and full-width letters, digits and bars": Ugly(
        above=[["２０２６年１１月值班表"], ["日期\t", "\t班\t次", "值班\t人员", "电话"]],
        rows=[["１１／３", "８：００－２０：００", "张\u3000三", "１３９\t００００\t０００１"],
              ["１１．３", "２０：００～次日８：００", "王五\t", ""]],
        read=(DAY, NIGHT),
    ),
    "the leader named below the table, and hours above it": Ugly(
        above=[["2026年11月值班表（带班领导：见另表）"], ["日期", "值班人员"]],
        rows=[["3日", "张三"], ["4日", "王五"], ["5日", "轮休"]],
        below=[[WHOLE], ["带班领导：陈建国 13900000009"]],
        read=(THIRD, FOURTH),
        told=("note-names", "slot-empty"),
    ),
    "a column of units and none of roles": Ugly(
        above=[["2026年11月值班表"], ["单位", "日期", "班次", "值班人员"]],
        rows=[["邮政德化分公司", "3日", "8:00-20:00", "张三"],
              ["邮政德化分公司", "3日", "20:00-8:00", "王五"]],
        read=(DAY, NIGHT),
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
