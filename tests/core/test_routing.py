"""Whose matter is usually whose, and since when."""

from datetime import date

from oncall.core.routing import Route, ruled, suggest

TABLE = (
    Route(category="供水", lead="WATER"),
    Route(category="供水", lead="CITY", valid_from=date(2026, 11, 1), source="会商纪要3号"),
    Route(category="供水", area="TWN-100", lead="TOWN", valid_to=date(2026, 12, 1)),
    Route(category="噪声", lead="ENV"),
)


def leads(category: str, area: str | None, day: date) -> list[str]:
    """The units suggested, the best first."""
    return [route.lead for route in suggest(TABLE, category, area, day)]


def test_the_very_place_comes_before_anywhere_and_the_newest_before_the_old() -> None:
    """A ruling holds from its day; a row that has ended is not suggested any more."""
    assert leads("供水", None, date(2026, 10, 31)) == ["WATER"]
    assert leads("供水", None, date(2026, 11, 1)) == ["CITY", "WATER"]
    assert leads("供水", "TWN-100", date(2026, 11, 30)) == ["TOWN", "CITY", "WATER"]
    assert leads("供水", "TWN-100", date(2026, 12, 1)) == ["CITY", "WATER"]
    assert leads("路灯", None, date(2026, 11, 1)) == []


def test_a_ruling_ends_what_it_replaces_and_nothing_else() -> None:
    """Of the same kind and place, in force on its first day; what begins later stays as it is."""
    later = Route(category="供水", lead="LATER", valid_from=date(2027, 1, 1))
    new = Route(category="供水", lead="NEW", valid_from=date(2026, 11, 15))
    changed = ruled((*TABLE, later), new)
    assert [(r.lead, r.valid_to) for r in changed] == [
        ("WATER", date(2026, 11, 15)),
        ("CITY", date(2026, 11, 15)),
        ("NEW", None),
    ]
    # The same day again: the row is replaced, and there is nothing to end.
    again = Route(category="供水", lead="OTHER", valid_from=date(2026, 11, 15))
    assert ruled((*TABLE[2:], new), again) == (again,)
