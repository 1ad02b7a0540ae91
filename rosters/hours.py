"""From when to when a named shift lasts: told by the notes, by remarks, or by the unit itself."""

from rosters.clocks import Clock, find_clocks, read_clock, shift_key
from rosters.habits import Habits

#: Names that only say "the whole day"; at what hour it is handed over must still be written.
_WHOLE = "24小时"
_WHOLE_DAY = frozenset("24小时 24小时值班 24h 全天 全天值班 全日 全天候 整日 昼夜".split())


def is_whole_day(text: str) -> bool:
    """Whether a shift's name, or a remark, only says that the duty lasts a whole day."""
    return shift_key(text) in _WHOLE_DAY


class Hours:
    """The hours of every named shift of one table. A row's own clock is not asked here."""

    def __init__(self, habits: Habits) -> None:
        #: The shift names that occur in the table ("" for rows without one).
        self.labels: set[str] = set()
        #: Shift name -> where its hours were found in a note, and the hours; for a last check.
        self.used: dict[str, tuple[str, Clock]] = {}
        self._noted: dict[str, list[tuple[str, Clock]]] = {}
        self._remarked: dict[str, list[Clock]] = {}
        self._given: dict[str, Clock] = {}
        for name, text in (("", habits.hours), *habits.shifts.items()):
            if clock := read_clock(text):
                # Every word for "the whole day" means what one of them was said to mean.
                self._given[_WHOLE if is_whole_day(name) else shift_key(name)] = clock

    def label(self, text: str) -> None:
        """A shift name occurs in the table."""
        self.labels.add("" if is_whole_day(text) else shift_key(text))

    def note(self, text: str, where: str) -> None:
        """A line above or below the table may name hours."""
        for found in find_clocks(text, self.labels):
            known = self._noted.setdefault(found.label, [])
            if found.clock not in (clock for _, clock in known):
                known.append((where, found.clock))

    def remark(self, text: str, clock: Clock) -> None:
        """A row of this shift has hours of its own beside it."""
        known = self._remarked.setdefault(shift_key(text), [])
        if clock not in known:
            known.append(clock)

    def find(self, text: str) -> tuple[Clock, ...]:
        """The hours of a shift: exactly one is an answer, none or several are a question.

        Notes come before remarks of other rows, and both before what the unit said once, which
        settles a doubt between several. A range without a name counts where the table has one kind
        of shift only.
        """
        key = shift_key(text)
        noted = self._noted.get(key, [])
        if not noted and (len(self.labels) == 1 or is_whole_day(text)):
            noted, key = self._noted.get("", []), ""
        given = self._given.get(_WHOLE if is_whole_day(text) else shift_key(text))
        if len(noted) == 1 and noted[0][1] != given:
            self.used.setdefault(key, noted[0])
        if noted:
            found = tuple(clock for _, clock in noted)
            return (given,) if given in found else found
        if remarked := self._remarked.get(key):
            return (given,) if given in remarked else tuple(remarked)
        return (given,) if given else ()
