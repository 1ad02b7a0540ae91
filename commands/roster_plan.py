"""What a plan looks like: for people, and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from commands.output import bad, good, local, paint, say, stamp, table, warn
from commands.rotation_view import show_dates
from commands.session import Session
from oncall.admin.mappings import BESIDE
from oncall.admin.office import Office
from oncall.admin.rosters import Plan
from oncall.admin.rotations import RotationPlan
from oncall.admin.telling import to_tell
from oncall.core.faults import sentence
from oncall.core.words import N_, Text
from oncall.core.words import role as role_word
from oncall.store.directory import Person
from rosters.diff import PersonDiff, Stretch
from rosters.errors import MESSAGES, WEEKDAYS, explain
from rosters.model import PersonRef, Problem, Severity
from rosters.questions import answers

#: Lines of one table before it says how many more there are.
_SHOWN = 60


def said_of(session: Session, problem: Problem, unit_name: Callable[[str], str]) -> str:
    """A problem in the reader's words, whichever table its code is in."""
    if problem.code in MESSAGES:
        return explain(problem, session.t, unit_name)
    params = {name: unit_name(text) for name, text in problem.params.items()}
    return str(sentence(session.t, problem.code, value=problem.value, **params))


def _names(session: Session, office: Office) -> Callable[[str], str]:
    with office.db.read() as tx:
        return office.snapshot(tx).names(session.lang)


def show(session: Session, office: Office, found: Plan) -> None:
    t = session.t
    unit_name = _names(session, office)
    if isinstance(found, RotationPlan):
        show_dates(session, found, unit_name)
    people = found.notify
    show_people(session, people, found.people, unit_name)
    show_problems(session, found.problems, unit_name)
    if found.failed:
        errors = sum(p.severity is Severity.ERROR for p in found.problems)
        bad(t(N_("{count} to mend; nothing was changed.")).format(count=errors))
        _show_questions(session, found)
        return
    if found.settled.past_kept:
        said = N_("{n} duties of the past differ from the record; the record stays as it is.")
        say(t(said).format(n=found.settled.past_kept))
    if found.newcomers:
        new = t(N_(", ")).join(person.name for person in found.newcomers)
        say(t(N_("New people: {names}")).format(names=new))
    _show_gaps(session, found, unit_name)
    if found.empty:
        good(t(N_("No changes.")))
        return
    summary = N_("{add} to add, {change} to change, {remove} to remove, {unchanged} unchanged.")
    say(paint(t(summary).format(**found.counts), bold=True))
    if near := to_tell(found.notify, office.now):
        said = N_("Hours change for {all} people; the {near} whose next 7 days change are told.")
        say(t(said).format(all=len(people), near=len(near)))


def show_people(
    session: Session,
    changed: Sequence[PersonDiff],
    people: Mapping[str, PersonRef] | Mapping[str, Person],
    unit_name: Callable[[str], str],
) -> None:
    """Who gains and who loses which hours, one line each."""
    t, zone = session.t, session.settings.zone

    def spans(stretches: Sequence[Stretch]) -> str:
        out = [f"{role_word(t, s.role)} {_stretch(t, s, zone)}" for s in stretches[:4]]
        more = len(stretches) - len(out)
        return "\n".join([*out, t(N_("and {n} more")).format(n=more)] if more else out)

    if not changed:
        return
    table(
        session,
        (N_("Person"), N_("Unit"), N_("Hours"), N_("Takes on"), N_("Gives up")),
        [
            (
                people[one.person].name,
                unit_name(people[one.person].unit),
                f"{round(one.hours_gained - one.hours_lost, 1):+g}",
                spans(one.gains),
                spans(one.loses),
            )
            for one in changed[:_SHOWN]
        ],
    )
    if len(changed) > _SHOWN:
        say(t(N_("and {n} more")).format(n=len(changed) - _SHOWN))


def people_json(
    session: Session,
    changed: Sequence[PersonDiff],
    people: Mapping[str, PersonRef] | Mapping[str, Person],
) -> list[dict[str, Any]]:
    """The same for programs."""
    zone = session.settings.zone

    def spans(stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
        return [
            {
                "unit": s.unit,
                "role": s.role,
                "start": stamp(s.start, zone),
                "end": stamp(s.end, zone),
            }
            for s in stretches
        ]

    return [
        {
            "person": people[one.person].name,
            "unit": people[one.person].unit,
            "gains": spans(one.gains),
            "loses": spans(one.loses),
        }
        for one in changed
    ]


def _show_gaps(session: Session, found: Plan, unit_name: Callable[[str], str]) -> None:
    """Where nobody would be: what the files open anew first, and how long each is."""
    t, zone = session.t, session.settings.zone
    new = set(found.new_gaps)
    for gap in [*found.new_gaps, *(g for g in found.gaps if g not in new)][:_SHOWN]:
        said = (
            N_("New gap: nobody is {role} of {unit} from {start} to {end} ({length}).")
            if gap in new
            else N_("Nobody is {role} of {unit} from {start} to {end} ({length}).")
        )
        warn(
            t(said).format(
                role=role_word(t, gap.role),
                unit=unit_name(gap.unit),
                start=local(gap.start, zone),
                end=local(gap.end, zone),
                length=_length(t, gap.end - gap.start),
            )
        )


def _length(t: Text, length: timedelta) -> str:
    hours, minutes = divmod(round(length.total_seconds() / 60), 60)
    return t(N_("{h} h {m:02} min")).format(h=hours, m=minutes)


def _show_questions(session: Session, found: Plan) -> None:
    """The lines that would answer what the files left open, to be copied into the mapping file."""
    lines = answers(found.problems, session.t)
    if not lines:
        return
    named = next((mapping.name for mapping in found.mappings.values() if mapping), BESIDE)
    said = N_("To answer once and for all, put these lines into {file} and check each:")
    say(session.t(said).format(file=named))
    say(lines)


def _stretch(t: Text, stretch: Stretch, zone: ZoneInfo) -> str:
    """From when to when; the day of the end only where it is not the next morning or the same day.

    2026-12-22 Tuesday 20:00–08:00 is a night, 2026-12-22 Tuesday 08:00–12-25 20:00 is longer.
    """
    start, end = stretch.start.astimezone(zone), stretch.end.astimezone(zone)
    plain = stretch.end - stretch.start < timedelta(hours=24)
    last = f"{end:%H:%M}" if plain else f"{end:%m-%d %H:%M}"
    return f"{start:%Y-%m-%d} {t(WEEKDAYS[start.weekday()])} {start:%H:%M}–{last}"


def show_problems(
    session: Session, problems: Sequence[Problem], unit_name: Callable[[str], str] = str
) -> None:
    """Each problem on a line: where, what stands there, what is wrong, how to mend it."""
    for problem in problems:
        colour = "red" if problem.severity is Severity.ERROR else "yellow"
        where = paint(problem.where, bold=True) + ": " if problem.where else ""
        mark = paint("✗" if problem.severity is Severity.ERROR else "!", fg=colour)
        value = f"[{problem.value}] " if problem.value else ""
        say(f"{mark} {where}{value}{said_of(session, problem, unit_name)}")


def as_json(session: Session, office: Office, found: Plan) -> dict[str, Any]:
    zone, unit_name = session.settings.zone, _names(session, office)
    return {
        "duties": [
            {
                "unit": duty.unit,
                "role": duty.role,
                "person": found.people[duty.person].name,
                "mobile": found.people[duty.person].mobile,
                "start": stamp(duty.start, zone),
                "end": stamp(duty.end, zone),
                "source": duty.source,
            }
            for duty in found.duties
        ],
        "problems": [
            {
                "severity": str(problem.severity),
                "where": problem.where,
                "code": problem.code,
                "message": said_of(session, problem, unit_name),
                "value": problem.value,
            }
            for problem in found.problems
        ],
        "summary": found.counts,
        "new_gaps": [
            {
                "unit": gap.unit,
                "role": gap.role,
                "start": stamp(gap.start, zone),
                "end": stamp(gap.end, zone),
            }
            for gap in found.new_gaps
        ],
        "gaps": [
            {
                "unit": gap.unit,
                "role": gap.role,
                "start": stamp(gap.start, zone),
                "end": stamp(gap.end, zone),
            }
            for gap in found.gaps
        ],
        "notify": people_json(session, found.notify, found.people),
        "new_people": [
            {"unit": p.unit, "name": p.name, "mobile": p.mobile} for p in found.newcomers
        ],
        "mapping": answers(found.problems, session.t),
        "past_kept": found.settled.past_kept,
        "coverage_worse": found.worse,
    }
