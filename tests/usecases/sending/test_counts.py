"""What a message costs from its row to sent, in reads and writes as the database bills them."""

from collections import Counter

import pytest

from tests.kit.builders import a_step
from tests.kit.clinic import people
from tests.kit.measured import Measured

COUNT = 600  # two row chunks
TEXT = a_step()
MAIL = a_step(id="mail", channel="email", template_id="mail", sender_id="mails", address_field="email")
# Three writes of the message itself, and its part of batch, chunk and notes of activity.
MOST_READS, MOST_WRITES = 3.0, 3.12


@pytest.mark.parametrize("step", [TEXT, MAIL], ids=["sms", "email"])
async def test_a_message_costs_three_reads_and_three_writes_at_most(measured: Measured, step: object) -> None:
    clinic = measured.clinic
    rows = [one | {"Email": f"p{number}@example.com"} for number, one in enumerate(people(COUNT))]
    await clinic.load(*rows)
    await clinic.ready(steps=(step,))
    clinic.runs_jobs = False
    fire = await clinic.fire()
    seen: Counter[str] = sum(await measured.run_all(), Counter())
    assert (await clinic.report(fire)).ledger.sent == COUNT
    assert seen["reads"] / COUNT <= MOST_READS, seen
    assert seen["writes"] / COUNT <= MOST_WRITES, seen
    assert seen["publishes"] / COUNT <= 0.1, seen
