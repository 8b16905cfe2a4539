"""What became of a fire, or of a range of days, in numbers that add up."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.fires.cost import CURRENCY
from shared.domain.fires.fire import Ledger, ProgressStatus, StepLedger


@dataclass(frozen=True, kw_only=True, slots=True)
class FireReport:
    """One fire: the ledger, that of each step, and what their parts are made of.

    `skipped`, `failed` and `unknown` are counts by reason; `deliveries` by delivery state (sent messages
    without a receipt yet are `no receipt`); `undelivered` by the provider's code; `dispositions` by answer.
    `replies` are counts by meaning, of all that people wrote back.
    `costs` are what was used so far, by unit (fire_cost.py); `estimated_cost` is what providers charge for
    it in `currency`, at the list prices of cost.py.
    """

    fire_id: str
    campaign_id: str
    fired_at: datetime
    status: ProgressStatus
    percent: int
    ledger: Ledger
    steps: tuple[StepLedger, ...] = ()
    note: str = ""
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


@dataclass(frozen=True, kw_only=True, slots=True)
class RangeReport:
    """All fires that started in [start, end), and their ledgers added up."""

    start: datetime
    end: datetime
    ledger: Ledger
    deliveries: dict[str, int]
    dispositions: dict[str, int]
    replies: dict[str, int]
    fires: tuple[FireReport, ...]
