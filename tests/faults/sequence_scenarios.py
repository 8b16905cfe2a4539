"""Scenarios of sequences over SMTP: nobody gets an email twice or is left out, whatever goes wrong."""

import asyncio
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

from tests.faults import disturbances
from tests.faults.kind_scenarios import of_kind
from tests.faults.laboratory import Laboratory
from tests.faults.scenario import Scenario
from tests.faults.sequence_trial import SequenceTrial
from tests.faults.trial import Trial

TIMES = 3
ALL = 1_000


async def repeat_jobs(lab: Laboratory, trial: Trial) -> None:
    """Push the jobs of the plan, of the enrolling and of all batches again and again, in any order."""
    company = {"company_id": trial.company_id}

    async def push() -> None:
        for _ in range(40):
            batches = (await trial.stores.batches.page(trial.company_id, limit=100)).items
            jobs = [("send_batch", company | {"batch_id": one.id}) for one in batches]
            jobs += [("plan_sequences", company)]
            jobs += [("enroll_people", company | {"enrolling_id": "enrolling"})]
            pushes = [lab.push(function, job) for function, job in jobs for _ in range(TIMES)]
            random.shuffle(pushes)
            await asyncio.gather(*pushes)
            await asyncio.sleep(0.1)

    trial.meanwhile(push())


async def break_mail(lab: Laboratory, trial: Trial, **fault: Any) -> None:
    """Have the mail server do so."""
    if not isinstance(trial, SequenceTrial):
        raise TypeError("this is for sequences")
    await lab.mail_host.ask_fault(**fault)


def sequences() -> Iterator[Scenario]:
    """What is tried with a sequence, and a mail server that fails."""
    yield Scenario(name="sequence, nothing", disturb=disturbances.undisturbed, is_sequence=True)
    yield from of_kind("sequence", partial(Scenario, is_sequence=True), repeat_jobs, "advance_sequences")
    yield from _of_the_server()


def _of_the_server() -> Iterator[Scenario]:
    """What is refused for now, or lost before the mail was asked for, is tried again; the rest is not."""
    faults: tuple[tuple[str, dict[str, Any], bool, bool], ...] = (
        ("4xx to the sender", {"where": "sender", "how": "refuse", "left": 9}, False, False),
        ("4xx to the recipient", {"where": "recipient", "how": "refuse", "left": 9}, False, False),
        ("4xx to the mail", {"where": "content", "how": "refuse", "left": 9}, False, False),
        (
            "5xx to the mail",
            {"where": "content", "how": "refuse", "answer": "554 5.6.0 No", "left": ALL},
            False,
            True,
        ),
        ("lost before DATA", {"where": "start", "how": "drop", "left": 9}, False, False),
        ("lost in the mail, not taken", {"where": "content", "how": "drop", "left": 3}, True, False),
        ("answer lost, taken", {"where": "content", "how": "drop_accepted", "left": ALL}, False, False),
    )
    for name, fault, is_unknown, is_failed in faults:
        yield Scenario(
            name=f"sequence, SMTP {name}",
            disturb=partial(break_mail, **fault),
            may_be_unknown=is_unknown,
            may_be_failed=is_failed,
            is_sequence=True,
        )
