"""SMS parts as a carrier counts them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.segments import Encoding, encoding, segments, units

#: The default urgent text of the design notes.
URGENT = (
    "【德化县政府办】110转办:单号DH20261103-0017,类别供水,时限15分钟内签收。"
    "回复1或登录系统签收,逾期将升级至带班领导。"
)


def test_the_default_urgent_text_is_one_part() -> None:
    """The 69 characters of the example fit one part, signature included."""
    assert len(URGENT) == 69
    assert encoding(URGENT) is Encoding.UCS2
    assert segments(URGENT) == 1


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("水" * 70, 1),
        ("水" * 71, 2),
        ("水" * 134, 2),
        ("水" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_limits(text: str, parts: int) -> None:
    """One part holds 160 septets or 70 code units; several hold 153 or 67 each."""
    assert segments(text) == parts


def test_an_escaped_letter_is_not_torn() -> None:
    """153 septets whose last would be half an escape leave that escape to the next part."""
    text = "a" * 152 + "€" + "a" * 151
    assert units(text) == 305
    assert segments(text) == 2
    assert segments("a" * 152 + "€" + "a" * 152) == 3


def test_a_surrogate_pair_is_not_torn() -> None:
    """An emoji at the edge of a part moves whole."""
    assert segments("水" * 66 + "😀" + "水" * 66) == 3


def test_one_foreign_letter_costs_the_whole_text() -> None:
    """A single character outside GSM-7 halves what fits."""
    assert encoding("plain [text] {with} ~all^ |of| \\it € and\nù") is Encoding.GSM7
    assert encoding("plain text with a `") is Encoding.UCS2


@given(st.text(), st.text())
def test_more_text_never_costs_less(text: str, more: str) -> None:
    """Adding words can only add parts."""
    assert segments(text + more) >= segments(text)


@given(st.text())
def test_parts_hold_the_text(text: str) -> None:
    """The parts have room for every unit, and none is needless."""
    part = 153 if encoding(text) is Encoding.GSM7 else 67
    parts = segments(text)
    assert units(text) <= max(parts * part, 160 if part == 153 else 70)
    if parts > 1:
        assert units(text) > (parts - 1) * (part - 1)
