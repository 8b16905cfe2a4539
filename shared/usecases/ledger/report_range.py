"""Report all fires of a range of days."""

import asyncio
from collections import Counter
from dataclasses import fields
from datetime import datetime

from shared.domain.errors import InvalidInput
from shared.domain.fires.fire import Ledger
from shared.domain.fires.report import RangeReport
from shared.firestore.queries.fires import FIRES_SINCE
from shared.runtime import Runtime
from shared.usecases.ledger.report_fire import report_fire

MOST_FIRES = 500


async def report_range(runtime: Runtime, company_id: str, start: datetime, end: datetime) -> RangeReport:
    """The fires that started in [start, end). Raises InvalidInput for an empty or too long range."""
    if start >= end:
        raise InvalidInput.at("end", "must be later than start")
    found = await runtime.stores.fires.some(company_id, FIRES_SINCE, start, limit=MOST_FIRES + 1)
    chosen = [fire for fire in found if fire.fired_at < end]
    if len(chosen) > MOST_FIRES:
        raise InvalidInput.at("end", f"the range holds more than {MOST_FIRES} fires; choose a shorter one")
    reports = await asyncio.gather(*(report_fire(runtime, company_id, fire.id) for fire in chosen))
    deliveries: Counter[str] = Counter()
    dispositions: Counter[str] = Counter()
    for report in reports:
        deliveries.update(report.deliveries)
        dispositions.update(report.dispositions)
    sums = {f.name: sum(getattr(r.ledger, f.name) for r in reports) for f in fields(Ledger)}
    return RangeReport(
        start=start,
        end=end,
        ledger=Ledger(**sums),
        deliveries=dict(deliveries),
        dispositions=dict(dispositions),
        fires=tuple(reports),
    )
