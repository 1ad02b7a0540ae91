"""The file spool: whole files, safe names, several processes, nothing lost on the way back."""

import asyncio
import json
import stat
import subprocess
import sys
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from notifiers.errors import GatewayError
from notifiers.manners import LATE, Manner
from notifiers.message import Channel, OutcomeKind, Pulled, ReceiptResult
from notifiers.spool.emulator import SpoolEmulator
from notifiers.spool.notifier import Spool, name_of
from tests.house.files import ROOT
from tests.notifiers.carriers import LONG_AGO, ZHANG, call, sms
from tests.patience import PATIENCE

T = TypeVar("T")


def run(work: Coroutine[None, None, T]) -> T:
    """Do it now."""
    return asyncio.run(work)


def back(folder: Path, name: str, told: object) -> None:
    """The gateway writes a report, and renames it into its place."""
    (folder / "in").mkdir(exist_ok=True)
    beside = folder / "in" / f".{name}"
    beside.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    beside.rename(folder / "in" / name)


def pull(spool: Spool) -> Pulled:
    """What came back."""
    return run(spool.pull([], LONG_AGO))


def test_a_message_is_a_whole_file(tmp_path: Path) -> None:
    """In its place at once, for its owner and group only, and nothing left beside it."""
    spool = Spool(tmp_path)
    outcome = run(spool.send(sms(key="7")))
    assert (outcome.kind, outcome.provider_id) == (OutcomeKind.ACCEPTED, "7.sms.json")
    [file] = (tmp_path / "out").iterdir()
    assert json.loads(file.read_bytes())["to"] == ZHANG
    assert not stat.S_IMODE(file.stat().st_mode) & 0o027


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "a/b\\c", ".hidden", "张三", "x" * 500, "a\0b", "", "CON"]
)
def test_no_key_leaves_the_folder(tmp_path: Path, key: str) -> None:
    """Whatever a key is made of, its file stands in `out` and nowhere else."""
    assert run(Spool(tmp_path).send(sms(key=key))).kind is OutcomeKind.ACCEPTED
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.parent.name for path in files] == ["out"]
    assert files[0].name == name_of(key, Channel.SMS)
    assert not files[0].name.startswith(".")


def test_the_same_message_again_is_one_file(tmp_path: Path) -> None:
    """A send in doubt can be repeated."""
    spool = Spool(tmp_path)
    for text in ("one", "two"):
        run(spool.send(sms(key="7", text=text)))
    [file] = (tmp_path / "out").iterdir()
    assert json.loads(file.read_bytes())["text"] == "two"


def test_what_comes_back_is_told_until_it_is_known_to_have_arrived(tmp_path: Path) -> None:
    """A file is removed by the pull after the one that gave it; after a crash it is told again."""
    spool = Spool(tmp_path)
    assert pull(spool) == Pulled()
    back(tmp_path, "1.json", {"receipts": [{"key": "7", "status": "delivered"}]})
    back(tmp_path, "2.json", {"texts": [{"id": "1", "from": ZHANG, "text": "1"}]})
    told = pull(spool)
    assert told.receipts[0].result is ReceiptResult.DELIVERED
    assert told.texts[0].text == "1"
    assert pull(Spool(tmp_path)) == told, "the process died before it could apply them"
    assert pull(spool) == Pulled()
    assert list((tmp_path / "in").iterdir()) == []


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    """Both may tell the same; neither fails over what the other took away."""
    one, other = Spool(tmp_path), Spool(tmp_path)
    back(tmp_path, "1.json", {"receipts": [{"key": "7", "status": "failed"}]})
    assert pull(one).receipts == pull(other).receipts
    assert pull(one) == pull(other) == Pulled()


def test_two_real_processes_write_at_once(tmp_path: Path) -> None:
    """A hundred files from two processes are a hundred whole files."""
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from notifiers.spool.notifier import Spool\n"
        "from tests.notifiers.carriers import sms\n"
        "async def main():\n"
        "    spool = Spool(Path(sys.argv[1]))\n"
        "    for n in range(50):\n"
        "        await spool.send(sms(key=f'{sys.argv[2]}{n}'))\n"
        "asyncio.run(main())\n"
    )
    writers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path), name], cwd=ROOT)
        for name in "ab"
    ]
    assert [writer.wait(PATIENCE) for writer in writers] == [0, 0]
    files = list((tmp_path / "out").iterdir())
    assert len(files) == 100
    assert all(json.loads(file.read_bytes())["to"] == ZHANG for file in files)


def test_a_file_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    """One that is still growing is looked at again; one that stays broken goes to `bad`."""
    spool = Spool(tmp_path)
    back(tmp_path, "1.json", '{"receipts": [')
    assert pull(spool) == Pulled()
    back(tmp_path, "1.json", {"receipts": [{"key": "7", "status": "delivered"}]})
    assert len(pull(spool).receipts) == 1
    back(tmp_path, "2.json", "nonsense")
    back(tmp_path, "3.json", "x" * 300_000)
    pull(spool)
    pull(spool)
    assert sorted(path.name for path in (tmp_path / "bad").iterdir()) == ["2.json", "3.json"]
    assert list((tmp_path / "in").iterdir()) == []


def test_half_written_and_foreign_files_are_left_alone(tmp_path: Path) -> None:
    """A name that begins with a dot, or ends otherwise, is not for us."""
    (tmp_path / "in").mkdir()
    for name in (".1.json", "1.tmp", "note.txt"):
        (tmp_path / "in" / name).write_text("x")
    assert pull(Spool(tmp_path)) == Pulled()
    assert len(list((tmp_path / "in").iterdir())) == 3


def test_a_message_can_be_taken_back_until_it_is_fetched(tmp_path: Path) -> None:
    """While the file is there it is ours; afterwards nobody knows."""
    spool = Spool(tmp_path)
    name = run(spool.send(sms(key="7"))).provider_id or ""
    assert run(spool.find(sms(key="7"), LONG_AGO)).kind is OutcomeKind.ACCEPTED
    assert run(spool.stop(name, Channel.SMS))
    assert run(spool.find(sms(key="7"), LONG_AGO)).kind is OutcomeKind.UNKNOWN
    assert not run(spool.stop(name, Channel.SMS))
    assert not run(spool.stop("../in/1.json", Channel.SMS))


def test_a_folder_that_cannot_be_written_is_our_own_fault(tmp_path: Path) -> None:
    """A file where the folder should be: misconfigured, with the system's word; no traceback."""
    spool = Spool(tmp_path)
    (tmp_path / "out").write_text("in the way")
    outcome = run(spool.send(sms()))
    assert (outcome.kind, outcome.code) == (OutcomeKind.MISCONFIGURED, "EEXIST")
    assert run(spool.send(replace(sms(), key="8"))).kind is OutcomeKind.MISCONFIGURED
    with pytest.raises(GatewayError, match="ONCALL_SPOOL_FOLDER"):
        Spool(tmp_path / "nowhere")


#: What the next look finds after one message, by its number's manner: (result, permanent) of each.
_DELIVERED = (ReceiptResult.DELIVERED, False)
FOUND: list[tuple[Manner, list[tuple[ReceiptResult, bool]]]] = [
    (Manner.WELL, [_DELIVERED]),
    (Manner.FAILED, [(ReceiptResult.FAILED, False)]),
    (Manner.DEAD, [(ReceiptResult.FAILED, True)]),
    (Manner.REFUSES, [(ReceiptResult.FAILED, True)]),
    (Manner.AWAY, [(ReceiptResult.FAILED, False)]),
    (Manner.SILENT, []),
    (Manner.LATE, []),
    (Manner.TWICE, [_DELIVERED, _DELIVERED]),
    (Manner.UNORDERED, [_DELIVERED, (ReceiptResult.PROGRESS, False)]),
    (Manner.UNREADABLE, []),
]


@pytest.mark.parametrize(("manner", "found"), FOUND, ids=[manner for manner, _ in FOUND])
def test_every_manner_of_the_other_side(
    tmp_path: Path, manner: Manner, found: list[tuple[ReceiptResult, bool]]
) -> None:
    """The emulated gateway fetches a message and tells of it as its number behaves."""
    assert {one for one, _ in FOUND} == set(Manner)
    spool, moment = Spool(tmp_path), [0.0]
    gateway = SpoolEmulator(tmp_path, clock=lambda: moment[0])
    gateway.behave(ZHANG, manner)
    run(spool.send(sms(key="7")))
    gateway.sweep()
    assert list((tmp_path / "out").iterdir()) == []
    gateway.report(gateway.received[0])
    told = pull(spool).receipts
    assert [(one.result, one.permanent) for one in told] == found
    assert all((one.key, one.provider_id) == ("7", "") for one in told)
    if manner is Manner.LATE:
        gateway.sweep()
        assert pull(spool) == Pulled(), "not yet"
        moment[0] = LATE.total_seconds()
        gateway.sweep()
        assert [one.result for one in pull(spool).receipts] == [ReceiptResult.DELIVERED]
    if manner is Manner.UNREADABLE:
        pull(spool)
        assert len(list((tmp_path / "bad").iterdir())) == 1


def test_people_behind_the_folder_answer(tmp_path: Path) -> None:
    """A text back, and a key in a call, which then is over."""
    spool, gateway = Spool(tmp_path), SpoolEmulator(tmp_path)
    run(spool.send(call(key="8")))
    assert gateway.arrived() == [(ZHANG, call().text)]
    gateway.reply(ZHANG, "1")
    gateway.press(gateway.received[0], "2")
    told = pull(spool)
    assert [(one.sender, one.text) for one in told.texts] == [(ZHANG, "1")]
    assert [(one.key, one.digit) for one in told.presses] == [("8", "2")]
    assert [one.result for one in told.receipts] == [ReceiptResult.ENDED]


def test_fetched_once_by_whoever_comes_first(tmp_path: Path) -> None:
    """Two fetchers never have the same message, a repeated one rings once, a crash loses none."""
    spool = Spool(tmp_path)
    one, other = SpoolEmulator(tmp_path), SpoolEmulator(tmp_path)
    run(spool.send(sms(key="7")))
    one.sweep()
    run(spool.send(sms(key="7")))
    one.sweep()
    other.sweep()
    assert (len(one.received), len(other.received)) == (1, 0)
    run(spool.send(sms(key="9")))
    (tmp_path / "out" / "9.sms.json").rename(tmp_path / ".fetched" / "9.sms.json")
    assert [key.key for key in one.received] == ["7"]
    other.sweep()
    assert [message.key for message in other.received] == ["9"], "what another fetched and left"
