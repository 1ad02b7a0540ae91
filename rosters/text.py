"""Cells as people type them, made plain: spaces, names, titles, and the words for roles."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rosters.model import DEPUTY, LEADER, PRIMARY, SUPERVISOR, TEAM

# Zero-width characters, directional marks and the byte order mark: seen by nobody, kept by Excel.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
# What our own exports put before a text that a spreadsheet would take for a formula.
# The second is how a spreadsheet marks digits as text; some programs write the mark out.
_ESCAPED = re.compile(r"'[=+\-@\t\d]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACES = re.compile(r"[^\S\n]+")
_HAN = "\u3400-\u9fff\U00020000-\U0003134f·"

#: Words of a cell in which nobody serves.
EMPTY = frozenset({"", *"- -- — —— – / \\ 无 休 空 休息 轮休 none n/a".split()})
#: Words of a cell whose person is still to be found.
PENDING = frozenset({"待定", "轮空", "另定", "另行通知", "tbd", "tba", "?", "??", "???"})
#: Words that repeat the cell above.
DITTO = frozenset({"同上", "〃", "″", '"', "''", "′′", "ditto", "」", "々", "”", "“"})

#: The dot inside 买买提·艾力, as keyboards have it.
_DOTS = re.compile(r"(?<=\D)[.．•・‧∙⋅](?=\D)")
#: Two names that nothing but a word joins are no name: 张三和李四.
_JOINED = re.compile("[\u3400-\u9fff]{2,}[和与及跟][\u3400-\u9fff]{2,}")
_SPLIT_NAMES = re.compile(r"[、，,/／;；\n|&＆]+")
_BRACKETED = re.compile(r"[(\[【〔<]([^()\[\]【】〔〕<>]*)[)\]】〕>]")
#: A name with a note, and behind them another: 张三(上午)李四(下午).
_NEXT_NAME = re.compile(rf"[{_HAN}]{{2,}} ?{_BRACKETED.pattern}(?= ?[{_HAN}]{{2}})")
_TITLES = (
    "党组书记|党委书记|副书记|书记|副局长|局长|副镇长|镇长|副乡长|乡长|副县长|县长|副主任|主任"
    "|副科长|科长|副股长|股长|副所长|所长|副站长|站长|副大队长|大队长|中队长|副队长|队长|副组长|组长"
    "|副部长|部长|副主席|主席|副院长|院长|副校长|校长|副总经理|总经理|副经理|经理|董事长|常委|委员"
    "|科员|干事|同志|director|chief|manager|secretary|mayor"
)
_TITLE = re.compile(rf"(?:{_TITLES})", re.IGNORECASE)
_TITLE_FIRST = re.compile(rf"({_TITLES}):?([{_HAN}]{{2,4}})")
_NAME_WITH_TITLE = re.compile(rf"([{_HAN}]{{2,4}}?)({_TITLES})")
_COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 慕容 令狐 夏侯 端木 南宫 长孙 宇文".split()
)
_ADDRESS = re.compile(
    rf"({'|'.join(sorted(_COMPOUND_SURNAMES))}|[\u3400-\u9fff])"
    rf"({_TITLES}|[局镇县队所总工])",
    re.IGNORECASE,
)
_HAN_NAME = re.compile("[\u3400-\u9fff\U00020000-\U0003134f]{1,5}")
_DOTTED_NAME = re.compile("(?=.*·)[\u3400-\u9fff\U00020000-\U0003134f·]{3,20}")
_LATIN_NAME = re.compile(r"[^\W\d_][^\d_=<>@#%^*{}\[\]\"!?]{0,60}")
_COVERS = re.compile(
    r"(?:顶班|替班|代班|顶替|替)(?:人|者)?[:：]?([^\s:：]{2,6})"
    r"|由?([^\s:：]{2,6})(?:顶班|替班|代班)"
    rf"|由?([{_HAN}]{{2,4}})代"
)
_SWAPPED = re.compile(r"[与和跟同].{1,8}(?:换班|调班|对调|调换)")
# A phone written beside the name, in the same cell: "陈建国 13900000001".
_PHONE_TAIL = re.compile(r"[:：]?\s*(\+?[\d(（][\d\s()（）+\-—–转]{5,}\d)\s*$")


@lru_cache(maxsize=65536)
def _clean(text: str) -> str:
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _ESCAPED.match(text):
        text = text[1:]
    # A no-break space and the ideographic space become plain ones here.
    text = _CONTROL.sub(" ", unicodedata.normalize("NFKC", text))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def clean(value: object) -> str:
    """The cell as plain text: full-width folded, invisible characters gone, spaces single.

    Line breaks inside a cell stay, since they part names. A whole float reads as an integer,
    which repairs telephone numbers stored as numbers.
    """
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    try:
        return _clean(str(value))
    except ValueError:  # an integer of more than 4300 digits refuses to be printed
        return ""


def squeeze(text: str) -> str:
    """Without any white space at all, and in lower case: for comparing words."""
    return "".join(text.split()).casefold()


def fold_name(name: str) -> str:
    """A name as it is compared: "王　五" and "王五" are one; "Zhang  San" is "zhang san"."""
    text = clean(name).replace("\n", " ")
    if re.search(f"[{_HAN}]", text):
        text = _DOTS.sub("·", text.replace(" ", ""))
    return text.casefold()


def form_of_address(name: str) -> tuple[str, str] | None:
    """Surname and title of 陈局, 林书记 or 欧阳主任; None for what is a name."""
    match = _ADDRESS.fullmatch(name)
    return (match[1], match[2]) if match else None


def is_name(text: str) -> bool:
    """Whether a text can be somebody's name: Chinese, with dots, or in Latin letters."""
    if _JOINED.fullmatch(text):
        return False
    patterns = (_HAN_NAME, _DOTTED_NAME, _LATIN_NAME)
    han = any("\u3400" <= sign <= "\u9fff" for sign in text)
    return any(pattern.fullmatch(text) for pattern in (patterns[:2] if han else patterns[2:]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One person as a cell writes them."""

    name: str
    title: str | None = None
    #: A telephone number written in the same cell.
    phone: str | None = None
    #: Who was to serve before somebody took over, as "赵六(顶班:孙七)" says.
    instead_of: str | None = None
    #: A swap is noted beside the name: the name stands, the note is worth a look.
    swapped: bool = False


def names(text: str) -> list[Named]:
    """The people in a cell, in order; titles and notes in brackets are kept apart.

    Parted by 、，,/；| and line breaks; a space parts Chinese names only where both sides are
    whole names ("张三 李四"), and is dropped inside one ("王 五", "欧阳 娜娜").
    """
    found: list[Named] = []
    text = _NEXT_NAME.sub(r"\g<0>、", _shield(clean(text)))
    for part in _SPLIT_NAMES.split(text):
        for piece in _split_spaces(part.strip()):
            named = _named(piece.replace("\x1f", ","))
            if named.name:
                found.append(named)
            elif found and (named.title or named.phone):
                last = found[-1]
                found[-1] = Named(
                    name=last.name,
                    title=last.title or named.title,
                    phone=last.phone or named.phone,
                    instead_of=last.instead_of,
                    swapped=last.swapped,
                )
    return found


def _shield(text: str) -> str:
    # A separator inside brackets belongs to the note: "张三(局长,党组书记)" is one person.
    return _BRACKETED.sub(lambda m: _SPLIT_NAMES.sub("\x1f", m.group(0)), text)


def _split_spaces(part: str) -> list[str]:
    words = part.split(" ")
    if len(words) < 2 or not all(re.fullmatch(f"[{_HAN}]{{2,}}", word) for word in words):
        return [part]
    if words[0] in _COMPOUND_SURNAMES:
        return [part]
    pieces: list[str] = []
    for word in words:
        if pieces and _TITLE.fullmatch(word):
            pieces[-1] = f"{pieces[-1]}({word})"
        else:
            pieces.append(word)
    return pieces


def _named(piece: str) -> Named:
    notes = [note.strip() for note in _BRACKETED.findall(piece) if note.strip()]
    rest = _BRACKETED.sub(" ", piece) if notes else piece
    phone = None
    if tail := _PHONE_TAIL.search(rest):
        phone, rest = tail.group(1), rest[: tail.start()]
    elif notes and (tail := _PHONE_TAIL.fullmatch(notes[-1])):
        phone, notes = tail.group(1), notes[:-1]
    name, title = _plain_name(rest)
    instead_of, swapped = None, False
    for note in notes:
        if cover := _COVERS.fullmatch(note):
            instead_of, name = name, _plain_name(next(filter(None, cover.groups())))[0]
        elif _SWAPPED.search(note):
            swapped = True
        else:
            title = title or note
    return Named(name=name, title=title, phone=phone, instead_of=instead_of, swapped=swapped)


def _plain_name(text: str) -> tuple[str, str | None]:
    text = text.strip(" :：.。*·-—")
    if not re.search(f"[{_HAN}]", text):
        return ("", text) if _TITLE.fullmatch(text) else (text, None)
    text = _DOTS.sub("·", text.replace(" ", ""))
    if _TITLE.fullmatch(text):
        return "", text
    if match := _TITLE_FIRST.fullmatch(text):
        return match.group(2), match.group(1)
    if match := _NAME_WITH_TITLE.fullmatch(text):
        if match.group(1) in _COMPOUND_SURNAMES:
            return text, None
        return match.group(1), match.group(2)
    return text, None


_ROLE_WORDS = {
    PRIMARY: "主班 主值 值班人员 值班员 值班人 值班干部 主班联络员 联络员 值班 a角 a岗 primary",
    DEPUTY: "副班 副值 备班 b角 b岗 副班联络员 deputy backup secondary",
    LEADER: "带班领导 值班领导 带班 带班人 领导 值班带班领导 leader duty_leader dutyleader",
    TEAM: "应急队 应急队员 应急人员 应急分队 队员 team emergency_team emergencyteam",
    SUPERVISOR: "督办 督办人员 督办员 督查 supervisor supervision",
}
_ROLES = {squeeze(word): role for role, words in _ROLE_WORDS.items() for word in words.split()}


def role(text: str) -> str | None:
    """The role a word means, Chinese or English; None for a word that names no role."""
    return _ROLES.get(squeeze(clean(text)))
