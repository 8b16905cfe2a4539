"""What became of a fire, or of a range of days, in numbers that add up."""

from datetime import datetime

from msgspec import Struct, field

from shared.domain.channels.channel import Channel
from shared.domain.fires.cost import CURRENCY
from shared.domain.fires.fire import Ledger, ProgressStatus, StepLedger
from shared.domain.messages.sending import Delivery


class FireLine(Struct, frozen=True, kw_only=True):
    """One fire among others: what it amounts to, in numbers that add up."""

    fire_id: str
    campaign_id: str
    fired_at: datetime
    status: ProgressStatus
    percent: int
    ledger: Ledger
    note: str = ""


class FireReport(FireLine, frozen=True, kw_only=True):
    """One fire: the ledger, that of each step, and what their parts are made of.

    `skipped`, `failed` and `unknown` are counts by reason; `deliveries` by delivery state (sent messages
    without a receipt yet are `no receipt`); `undelivered` by the provider's code; `dispositions` by answer.
    `replies` are counts by meaning, of all that people wrote back.
    `costs` are what was used so far, by unit (fire_cost.py); `estimated_cost` is what providers charge for
    it in `currency`, at the list prices of cost.py.
    """

    steps: tuple[StepLedger, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    deliveries: dict[str, int] = field(default_factory=dict)
    undelivered: dict[str, int] = field(default_factory=dict)
    dispositions: dict[str, int] = field(default_factory=dict)
    replies: dict[str, int] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    estimated_cost: str = "0"
    currency: str = CURRENCY


class ChannelReport(Struct, frozen=True, kw_only=True):
    """What became of all messages of one channel. Those that were read were delivered.

    `units` are what its providers bill by, as in `costs`, and `estimated_cost` their list price.
    """

    channel: Channel
    sent: int
    delivered: int
    read: int
    undelivered: int
    answered: int
    units: int = 0
    estimated_cost: str = "0"


class AnswersThen(Struct, frozen=True, kw_only=True):
    """How many answers of each kind came in the hour, or on the day, that began at `since`."""

    since: datetime
    counts: dict[str, int]


class RangeReport(Struct, frozen=True, kw_only=True):
    """All fires that started in [start, end), of one campaign or of all, and what they are made of, added up.

    `answers` are counted by the hour where the range is short, else by the day, on the company's clock.
    `opt_outs` are refusals noted in [start, end), by how they were learned of; of a campaign, those that its
    own replies were. `as_of` is when the oldest of the numbers was counted. `unsummed` are the fires that are
    over, and whose sums nobody has asked for to be stored.
    """

    start: datetime
    end: datetime
    as_of: datetime
    ledger: Ledger
    deliveries: dict[str, int]
    dispositions: dict[str, int]
    replies: dict[str, int]
    fires: tuple[FireLine, ...]
    skipped: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)
    undelivered: dict[str, int] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    estimated_cost: str = "0"
    currency: str = CURRENCY
    channels: tuple[ChannelReport, ...] = ()
    answers: tuple[AnswersThen, ...] = ()
    opt_outs: dict[str, int] = field(default_factory=dict)
    unsummed: tuple[str, ...] = ()

    @property
    def reached(self) -> int:
        """How many messages arrived, as far as receipts tell."""
        return sum(self.deliveries.get(kind, 0) for kind in (Delivery.DELIVERED, Delivery.READ))

    @property
    def answered(self) -> int:
        """How many messages have an answer."""
        return sum(self.dispositions.values())
