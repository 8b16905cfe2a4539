"""What a worker on a company's sequences works with, read once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from shared.domain.companies.company import Company
from shared.domain.senders.sender import Sender
from shared.domain.sequences.hours import Days, Hours
from shared.domain.sequences.mailbox import MOST_MAILBOXES, Mailbox
from shared.domain.sequences.sequence import MOST_SEQUENCES, Sequence
from shared.domain.sequences.sequence_plan import SequencePlan
from shared.runtime import Runtime


@dataclass(frozen=True, kw_only=True)
class Work:
    """A company's sequences and mailboxes, by id, and when they send, with the plan that is worked on."""

    company: Company
    plan: SequencePlan
    sequences: Mapping[str, Sequence]
    mailboxes: Mapping[str, Mailbox]
    senders: Mapping[str, Sender]
    now: int
    _hours: dict[str, Hours] = field(default_factory=dict)

    @cached_property
    def days(self) -> Days:
        """The company's days."""
        return Days(self.company.time_zone)

    def hours_of(self, sequence: Sequence, time_zone: str) -> tuple[str, Hours]:
        """When the sequence sends by the clock of the zone, with the name it is known by."""
        name = f"{sequence.id} {time_zone}"
        if name not in self._hours:
            self._hours[name] = Hours(sequence.window, time_zone, self.days, self.now)
        return name, self._hours[name]

    @property
    def hours(self) -> Mapping[str, Hours]:
        """All that were asked for, by name."""
        return self._hours

    def may_send(self, mailbox_id: str) -> bool:
        """Whether the mailbox is there, and neither it nor its sender is paused."""
        mailbox, sender = self.mailboxes.get(mailbox_id), self.senders.get(mailbox_id)
        return mailbox is not None and sender is not None and not (mailbox.is_paused or sender.is_paused)


async def read_work(runtime: Runtime, company_id: str, plan: SequencePlan) -> Work:
    """Everything but enrollments and emails. Raises NotFound when the company is gone."""
    stores = runtime.stores
    company = await stores.companies.get(company_id)
    sequences = await stores.sequences.page(company_id, limit=MOST_SEQUENCES)
    mailboxes = await stores.mailboxes.page(company_id, limit=MOST_MAILBOXES)
    senders = await stores.senders.find_many(company_id, [one.id for one in mailboxes.items])
    return Work(
        company=company,
        plan=plan,
        sequences={one.id: one for one in sequences.items},
        mailboxes={one.id: one for one in mailboxes.items},
        senders=senders,
        now=int(runtime.now().timestamp()),
    )
