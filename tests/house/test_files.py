"""Files stay readable, and tell nothing about the machine they were written on."""

import configparser
import re

import pytest

from tests.house.files import ROOT, project_files, short

LONGEST_FILE = 400
LIBRARIES = ("oncall", "rosters", "notifiers", "web", "commands")

#: A home or workplace folder of somebody's machine, or the address of a package registry.
MACHINE = re.compile(
    r"(?<![\w.<}])/(?:home|root|Users|work)/[\w.]"
    r"|https?://\S*/simple\b|--(?:extra-)?index-url"
    r"|(?:files\.)?pythonhosted\.org|registry\.npmjs\.org"
)
TEXT = (".py", ".md", ".cfg", ".toml", ".txt", ".sh", ".html", ".js", ".css", ".csv", ".json",
        ".po", ".mako", "Makefile", "run", ".gitignore")  # fmt: skip


def test_no_python_file_is_longer_than_one_idea() -> None:
    """A file over 400 lines has a second idea inside it that wants its own file."""
    long = {
        short(path): count
        for path in project_files(".py")
        if (count := path.read_text(encoding="utf-8").count("\n")) > LONGEST_FILE
    }
    assert long == {}


def test_no_file_names_this_machine_or_a_registry() -> None:
    """A clone on any other machine finds no path and no address that only worked here."""
    found = [
        f"{short(path)}:{number} {line.strip()[:80]}"
        for path in project_files()
        if path.name.endswith(TEXT) and path.name != "test_files.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["see /" + "root/notes", "cd /" + "home/wang/oncall", "pip --index" + "-url x"],
)
def test_the_machine_pattern_finds_what_it_is_for(line: str) -> None:
    """The guard above is not blind."""
    assert MACHINE.search(line)


def test_pins_are_versions_and_nothing_else() -> None:
    """Each line of constraints.txt is `name==version`, so that any index can serve it."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []


def test_every_requirement_is_pinned() -> None:
    """Nothing that setup.cfg asks for is left to the day on which it is installed."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    wanted = config["options"]["install_requires"] + config["options.extras_require"]["test"]
    asked = {re.split(r"[\[<>=;! ]", line)[0] for line in wanted.split("\n") if line}
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    assert {name.lower() for name in asked} - pinned == set()


def test_libraries_are_typed() -> None:
    """Whoever imports our packages gets our types with them."""
    untyped = [name for name in LIBRARIES if not (ROOT / name / "py.typed").is_file()]
    assert untyped == []
