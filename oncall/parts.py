"""Give units their parts: a row and a started ladder each, or a word for those who need only know.

A page is frozen with the policy of its kind; whoever gets a copy has no page, because there is
nothing to answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from oncall.batch import Batch
from oncall.carry import BULK, LANES
from oncall.core.escalation import open_page
from oncall.core.events import Arrived
from oncall.core.model import Ask, Channel, Notice, Policy, Source, Urgency
from oncall.core.policies import special
from oncall.core.texts.news import news
from oncall.core.transfers import Part, PartRole, Share, Transfer
from oncall.core.transfers.commands import News
from oncall.notices import Notices
from oncall.store import attempts, pages, transfers

#: Whom to tell a unit's news, the first who is there: on the roster, then at a post.
_TELL = (
    (Source.ROSTER, "primary"),
    (Source.POST, "liaison"),
    (Source.ROSTER, "deputy"),
    (Source.ROSTER, "leader"),
    (Source.POST, "division_leader"),
    (Source.POST, "head"),
)


class Parts:
    """Opens parts and tells units; everything in the transaction of the batch."""

    def __init__(self, new_id: Callable[[], str], notices: Notices) -> None:
        self.new_id = new_id
        self.notices = notices

    def open(self, batch: Batch, transfer: Transfer, wanted: Sequence[Share]) -> list[Share]:
        """A part for each share, saved with everything it asks for.

        Gives those where nobody of the unit's own is asked.
        """
        now, opened, rows = batch.now, [], []
        for share in wanted:
            part = Part(
                id=self.new_id(),
                transfer=transfer.id,
                unit=share.unit,
                role=share.role,
                person=share.person,
            )
            rows.append(part)
            if share.role is PartRole.COPY:
                continue
            page = open_page(
                page_id=self.new_id(),
                transfer=transfer.id,
                part=part.id,
                unit=share.unit,
                policy=self._policy(batch, transfer, share),
                calendar=batch.snapshot.calendar,
                paged_at=now,
            )
            opened.append((page, share))
        transfers.add_parts(batch.tx, rows)
        begun = [
            (batch.decide(page, Arrived(), transfer, fresh=True).page, share)
            for page, share in opened
        ]
        pages.add(batch.tx, [(page, share.urgency) for page, share in begun])
        batch.save()
        for share in wanted:
            if share.role is PartRole.COPY:
                self.inform(batch, transfer, share.unit, News.COPIED)
        return [
            share
            for page, share in begun
            if not any(c.unit == page.unit and c.in_play for c in page.contacted)
        ]

    def _policy(self, batch: Batch, transfer: Transfer, share: Share) -> Policy:
        book = batch.snapshot.book
        if share.person is not None:
            policy = special.person(book.choose(transfer.category, share.urgency), share.person)
            calling = transfer.life.calling
            return policy if calling is None else special.alone(policy, calling.still)
        if share.role is PartRole.PARTY:
            critical = book.choose(transfer.category, Urgency.CRITICAL)
            return special.talk(critical, book.life.join_within)
        if share.role is PartRole.COUNTY:
            calling = transfer.life.calling
            short = calling is not None and calling.short_at is not None and not transfer.major
            critical = book.choose(transfer.category, Urgency.CRITICAL)
            return special.county(critical, special.SHORT if short else special.COUNTY)
        return book.choose(transfer.category, share.urgency)

    def inform(
        self, batch: Batch, transfer: Transfer, unit: str, kind: News, text: str = ""
    ) -> bool:
        """Tell whoever has it at a unit, else whoever is on duty; False where there is nobody."""
        snapshot, now = batch.snapshot, batch.now
        named = snapshot.units.get(text)
        for person in self._people(batch, transfer, unit):
            lang = snapshot.lang(person) or self.notices.lang
            about = snapshot.unit_name(text, lang) if named is not None else text
            told = self.notices.tell(
                batch.tx,
                snapshot,
                person,
                # mypy infers no type for a lambda's default, which binds this turn's words.
                lambda t, about=about: news(  # type: ignore[misc]
                    t, kind, transfer.code, unit=about, drill=transfer.drill
                ),
                now,
                key=f"{kind}/{transfer.id}/{person}/{now.timestamp()}",
                transfer=transfer.id,
            )
            if told:
                return True
        return False

    def inform_all(self, batch: Batch, transfer: Transfer, kind: News) -> None:
        """Tell everybody to whom anything about this was sent, by text or else by telephone.

        It goes in the matter's own lane, right behind its pages. Whoever hears of a withdrawal by
        their page is not told a second time, and an older word still waiting gives way to this one.
        """
        tx, now = batch.tx, batch.now
        attempts.unsay(tx, transfer.id, now)
        told = attempts.told_at(tx, transfer.id, Notice.CANCELLED, now)
        for person in attempts.recipients(tx, transfer.id):
            if person in told:
                continue
            for channel in Channel:
                if self.notices.tell(
                    tx,
                    batch.snapshot,
                    person,
                    lambda t: news(t, kind, transfer.code, drill=transfer.drill),
                    now,
                    key=f"{kind}/{transfer.id}/{person}/{now.timestamp()}",
                    transfer=transfer.id,
                    channel=channel,
                    lane=min(LANES[transfer.urgency] + 1, BULK),
                ):
                    break

    def _people(self, batch: Batch, transfer: Transfer, unit: str) -> list[str]:
        people = []
        for part, page_id, _ in transfers.pages_of(batch.tx, transfer.id):
            if part.unit == unit and part.role is not PartRole.PARTY:
                loaded = pages.load(batch.tx, page_id)
                if loaded is not None and loaded.page.owner:
                    people.append(loaded.page.owner)
        on_duty = batch.snapshot.on_duty(batch.tx, batch.now)
        for source, role in _TELL:
            watch = on_duty(Ask(source=source, role=role, unit=unit))
            people += [contact.person for contact in watch.people]
        return list(dict.fromkeys(people))
