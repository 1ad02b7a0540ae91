"""Keep the catalogues complete: extract what the code says, merge it, compile it.

``python scripts/i18n.py [FILE.tsv ...]`` takes translations from files of "English<TAB>Chinese";
``--check`` changes nothing and exits 1 when a text has no translation or a catalogue is stale.
"""

from __future__ import annotations

import argparse
import ast
import csv
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "oncall" / "locale"
LANGS = ("zh_CN", "en")
SOURCE_LANG = "en"

#: Where people's texts are written.
CODE = ("oncall", "rosters", "notifiers", "web", "commands")
FILES = ("cli.py",)
TEMPLATES = ("web/templates", "oncall/data/papers")
MARKS = ("t", "N_", "_")
#: A library's own errors carry their English template as an argument.
_LIBRARY_ERROR = re.compile(r"\w+Error")

_HEADER = "# The texts of oncall in {lang}. Made by `make i18n`; translate in this file.\n"


def main() -> int:
    """Do what the command line says; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, report what is stale")
    parser.add_argument("tsv", nargs="*", type=Path, help="English<TAB>Chinese")
    args = parser.parse_args()
    said = dict(extract(ROOT))
    given = dict(pair for path in args.tsv for pair in read_tsv(path))
    stale = [lang for lang in LANGS if not renew(lang, said, given, write=not args.check)]
    for lang in LANGS:
        for message in missing(load(lang), said):
            print(f"{lang}: no translation: {message}", file=sys.stderr)
            stale.append(lang)
    if args.check:
        return 1 if stale else 0
    print(f"{len(said)} texts in {', '.join(LANGS)}")
    return 0


def extract(root: Path) -> Iterator[tuple[str, str]]:
    """Every marked text under ``root`` with the file it stands in."""
    files = [path for name in CODE for path in sorted((root / name).rglob("*.py"))]
    files += [root / name for name in FILES if (root / name).exists()]
    for path in files:
        for text in in_python(path.read_text(encoding="utf-8")):
            yield text, path.relative_to(root).as_posix()
    for folder in TEMPLATES:
        for path in sorted((root / folder).rglob("*.*")):
            if path.suffix in {".html", ".xml", ".txt"}:
                for text in in_template(path):
                    yield text, path.relative_to(root).as_posix()


def in_python(source: str) -> Iterator[str]:
    """The marked texts of a Python file, in order."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in MARKS:
            yield from _constant(node.args[0])
        elif name and _LIBRARY_ERROR.fullmatch(name) and len(node.args) > 1:
            yield from (text for text in _constant(node.args[1]) if " " in text)


def _constant(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _constant(node.body)
        yield from _constant(node.orelse)


def in_template(path: Path) -> Iterator[str]:
    """The marked texts of a Jinja template, in order."""
    options = {"silent": "false", "trimmed": "true"}
    with path.open("rb") as file:
        for _, _, text, _ in babel_extract(file, MARKS, (), options):
            if isinstance(text, str):
                yield text


def read_tsv(path: Path) -> Iterator[tuple[str, str]]:
    """The pairs of a file of translations; blank lines and comments are passed over."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if len(row) >= 2 and row[0] and not row[0].startswith("#"):
                yield row[0].replace("\\n", "\n"), row[1].replace("\\n", "\n")


def po_path(lang: str) -> Path:
    """The catalogue of ``lang``."""
    return LOCALE / lang / "LC_MESSAGES" / "oncall.po"


def load(lang: str) -> Catalog:
    """The catalogue of ``lang``; an empty one where there is none yet."""
    path = po_path(lang)
    if not path.exists():
        return Catalog(locale=lang, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=lang)


def renew(lang: str, said: dict[str, str], given: dict[str, str], *, write: bool) -> bool:
    """Merge what is said and given into a catalogue; whether the files were fresh already.

    A text no longer said is dropped, unless it was given for a library whose texts only exist
    once its errors are made (marked "given" in the catalogue).
    """
    old = load(lang)
    new = Catalog(
        locale=lang,
        header_comment=_HEADER.format(lang=lang).rstrip(),
        project="dehua-oncall",
        version="1",
        msgid_bugs_address="see README",
        last_translator="the maintainers",
        language_team=lang,
        creation_date=old.creation_date,
        revision_date=old.creation_date,
        fuzzy=False,
    )
    kept = {str(m.id): ["given"] for m in old if m.id and "given" in m.auto_comments}
    kept |= {text: ["given"] for text in given if text not in said and text not in old}
    for text in sorted({*said, *kept}):
        before = old.get(text)
        translated = str(before.string) if before is not None and before.string else ""
        if lang == SOURCE_LANG:
            translated = translated or text
        else:
            translated = given.get(text) or translated
        where = [(said[text], 0)] if text in said else []
        new.add(text, translated, locations=where, auto_comments=kept.get(text, []))
    return save(lang, new) if write else same(old, new)


def same(one: Catalog, other: Catalog) -> bool:
    """Whether two catalogues say the same."""
    return texts(one) == texts(other)


def texts(catalog: Catalog) -> dict[str, str]:
    """What a catalogue says, without its header."""
    return {str(m.id): str(m.string) for m in catalog if m.id}


def save(lang: str, catalog: Catalog) -> bool:
    """Write and compile a catalogue."""
    path = po_path(lang)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=100, include_lineno=False, sort_output=True)
    # Compiled from the file as it is, so that both always come from the same text.
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, load(lang))
    return True


def missing(catalog: Catalog, said: Iterable[str]) -> list[str]:
    """The texts that are said but have no translation."""
    return [text for text in said if not (m := catalog.get(text)) or not m.string]


if __name__ == "__main__":
    sys.exit(main())
