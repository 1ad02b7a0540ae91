"""What a unit answered once about the way it writes its rosters."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a column holds, whatever its header says."""

    #: A kind of column (`rosters.columns.Kind`) by name; "person" for people.
    kind: str
    #: The roles of the people in it, in order; the last counts for everybody after.
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The answers of one mapping file; nothing is in here that nobody wrote."""

    #: The file's name; "" where there is none.
    name: str = ""
    #: The unit's code or name, for files that do not say it.
    unit: str | None = None
    #: The hours of a duty whose row names no shift, as 08:00-08:00; "" where nobody told.
    hours: str = ""
    #: The unit's own shifts: name -> clock range such as "08:00-20:00".
    shifts: Mapping[str, str] = field(default_factory=dict)
    #: Header label, or column as "D" or "4" -> what stands there.
    columns: Mapping[str, Rule] = field(default_factory=dict)
    #: A name as the files have it, folded -> the full name.
    people: Mapping[str, str] = field(default_factory=dict)
    #: Another spelling of a unit -> its code or name.
    units: Mapping[str, str] = field(default_factory=dict)
    #: A word for a role, squeezed -> the role.
    roles: Mapping[str, str] = field(default_factory=dict)
