"""Breaks the running system in every way listed and prints what became of every message.

`python -m tests.faults.chaos [--only TEXT …] [--short] [--without GUARD] [--soak 20000]`; the exit code is 1
when anything was doubled, lost, or not settled.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from infra.local.processes import ProcessFailed
from infra.local.stopping import stop_on_signals
from shared.domain.record import replace
from shared.faults import POINTS
from tests.faults.account import Account
from tests.faults.automation_trial import AutomationTrial
from tests.faults.deployments import deployments
from tests.faults.guards import GUARDS
from tests.faults.laboratory import Laboratory, Times, open_laboratory
from tests.faults.model import Model
from tests.faults.scenario import TEXTS, Scenario
from tests.faults.scenarios import SHORT, scenarios
from tests.faults.sequence_trial import SequenceTrial
from tests.faults.trial import Trial, Unsettled
from tests.faults.verdict import Verdict, judge

SOAK_RATE = 500.0  # a second: batches of fifty
# Ticks count all messages of the fire, and the emulator reads every one of them for that.
SOAK_TIMES = Times(provider=3, function=20, lease=25, tick=15)
COLUMNS = ("planned", "accepted", "failed", "doubled", "lost", "unknown")


def all_rows() -> list[Scenario]:
    """Every row of the table."""
    return [*scenarios(), *deployments()]


async def run(chosen: Sequence[Scenario], directory: Path, *, without: str = "") -> list[Verdict]:
    """Run the scenarios one after the other on one stack, printing a row for each."""
    print(_row("fault", *COLUMNS, "seconds"))
    async with open_laboratory(directory, without=without) as lab:
        accounts = await lab.open_accounts([scenario.by_ses for scenario in chosen])
        trials: list[Trial] = []
        verdicts: list[Verdict] = []
        for scenario, account in zip(chosen, accounts, strict=True):
            trial = _trial(lab, account, scenario)
            trials.append(trial)
            verdict = await _run_one(lab, trial, scenario)
            verdicts.append(verdict)
            _show(verdict)
        late = await _doubled_since(trials, verdicts)
        if late:
            print(f"Doubled after they had settled: {late}")
        missed = set(POINTS) - lab.orders.passed()
        if missed and len(chosen) == len(all_rows()):
            print(f"Fault points nobody passed: {sorted(missed)}")
            verdicts[0] = replace(verdicts[0], wrong=["some fault points were never passed"])
    return [*verdicts, *late]


def _kind(scenario: Scenario) -> type[Trial]:
    if scenario.is_sequence:
        return SequenceTrial
    return AutomationTrial if scenario.is_automation else Trial


def _trial(lab: Laboratory, account: Account, scenario: Scenario) -> Trial:
    trial = _kind(scenario)(
        lab.runtime,
        lab.simulator,
        account,
        numbers=scenario.numbers,
        channels=scenario.channels,
        by_service=scenario.by_service,
        has_later_step=scenario.has_later_step,
        is_broadcast=scenario.is_broadcast,
    )
    trial.may_be_unknown = scenario.may_be_unknown
    trial.may_be_failed = scenario.may_be_failed
    trial.is_quiet = lambda: not lab.orders.open_orders()
    return trial


async def _run_one(lab: Laboratory, trial: Trial, scenario: Scenario) -> Verdict:
    problem = ""
    if isinstance(trial, SequenceTrial):
        trial.host = lab.mail_host
    await trial.open()
    await scenario.disturb(lab, trial)
    try:
        await trial.start(
            window_closes_in=scenario.window_closes_in,
            is_for_people=scenario.is_for_people,
            seconds=scenario.seconds,
        )
        await trial.settle(seconds=scenario.seconds)
    except (Unsettled, TimeoutError) as unsettled:
        struck = f"; not taken: {orders}" if (orders := lab.orders.open_orders()) else ""
        problem = f"not settled: {unsettled}{struck}"
    except Exception as error:  # noqa: BLE001 - one trial that cannot be run must not end the others
        problem = f"could not be run: {error!r}"
    verdict = await judge(trial, scenario.name, problem)
    await trial.give_up()
    lab.orders.withdraw()
    lab.firestore.failing = lab.pubsub.failing = None
    await lab.simulator.clear_faults()
    await lab.mail_host.clear_faults()
    return verdict


async def _doubled_since(trials: Sequence[Trial], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Trials whose messages were sent again while the others ran."""
    late = []
    for trial, verdict in zip(trials, verdicts, strict=True):
        now = await judge(trial, verdict.fault)
        if now.doubled > verdict.doubled:
            late.append(now)
    return late


async def soak(people: int, directory: Path) -> list[Verdict]:
    """One campaign to so many people, while every two seconds some process of some function is killed."""
    print(_row("fault", *COLUMNS, "seconds"))
    async with open_laboratory(directory, times=SOAK_TIMES) as lab:
        [account] = await lab.open_accounts([False])
        trial = Trial(
            lab.runtime, lab.simulator, account, people=people, channels=TEXTS, rate_per_second=SOAK_RATE
        )
        trial.may_be_unknown = True
        await trial.open()
        problem, kills = "", Counter[str]()
        killing = asyncio.create_task(_kill_now_and_then(lab, kills))
        try:
            await trial.start(seconds=60 + people / 50)
            await trial.settle(seconds=120 + people / 5)
        except (Unsettled, TimeoutError) as unsettled:
            problem = f"not settled: {unsettled}"
        killing.cancel()
        if alive := set(lab.stack.hosts) - set(kills):
            problem = f"{problem} never killed: {sorted(alive)}".strip()
        verdict = await judge(trial, f"{people:,} people, {kills.total()} kills", problem)
        print(f"Killed: {dict(kills)}")
    _show(verdict)
    return [verdict]


async def _kill_now_and_then(lab: Laboratory, kills: Counter[str]) -> None:
    """One process of a function is killed every two seconds, whatever it does; each function in its turn."""
    while True:
        for name in random.sample(list(lab.stack.hosts), len(lab.stack.hosts)):
            await asyncio.sleep(2)
            with suppress(psutil.NoSuchProcess, ProcessFailed):
                workers = psutil.Process(lab.stack.hosts[name].pid).children()
                if workers:
                    random.choice(workers).kill()  # noqa: S311 - any will do
                    kills[name] += 1


def _search() -> Verdict:
    """The deep search of the model, as a row."""
    model, started = Model(), time.monotonic()
    stories = [f"{promise}: {' | '.join(story)}" for promise, story in model.broken_promises().items()]
    name = f"every order of {model.states:,} states of one message"
    seconds = time.monotonic() - started
    verdict = Verdict(
        fault=name,
        planned=1,
        accepted=1,
        failed=0,
        doubled=0,
        lost=0,
        unknown=0,
        seconds=seconds,
        wrong=stories,
    )
    _show(verdict)
    return verdict


def is_good(verdicts: Sequence[Verdict]) -> bool:
    """Whether every promise held."""
    return not any(verdict.doubled or verdict.lost or verdict.wrong for verdict in verdicts)


def _show(verdict: Verdict) -> None:
    counts = [str(getattr(verdict, column)) for column in COLUMNS]
    print(_row(verdict.fault, *counts, f"{verdict.seconds:.1f}"), *verdict.wrong[:3], flush=True)


def _row(fault: str, *cells: str) -> str:
    return f"{fault:<56}" + "".join(f"{cell:>9}" for cell in cells)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.chaos", description=__doc__)
    parser.add_argument("--only", action="append", help="only faults whose name has this in it; repeatable")
    parser.add_argument("--short", action="store_true", help="the short selection")
    parser.add_argument("--without", default="", choices=["", *GUARDS], help="take this guard out")
    parser.add_argument("--soak", type=int, metavar="PEOPLE", help="one large campaign under random kills")
    parser.add_argument("--keep", type=Path, help="an empty directory for state and logs")
    return parser.parse_args()


async def _run_asked(
    options: argparse.Namespace, chosen: Sequence[Scenario], directory: Path
) -> list[Verdict]:
    stop_on_signals()
    if options.soak:
        return await soak(options.soak, directory)
    return await run(chosen, directory, without=options.without)


def main() -> int:
    """Run what was asked for; 0 when every promise held."""
    options = _options()
    wanted = SHORT if options.short else options.only or [""]
    chosen = [scenario for scenario in all_rows() if any(text in scenario.name for text in wanted)]
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        directory = options.keep or Path(folder)
        directory.mkdir(exist_ok=True)
        try:
            verdicts = asyncio.run(_run_asked(options, chosen, directory))
        except asyncio.CancelledError:
            print("Stopped before the end: this proves nothing.")
            return 1
    if len(verdicts) == len(all_rows()):
        verdicts.append(_search())
    bad = [verdict for verdict in verdicts if not is_good([verdict])]
    print(f"{len(verdicts)} faults, {len(bad)} broke a promise, {time.monotonic() - started:.0f} s")
    for verdict in bad:
        print(f"- {verdict.fault}: {'; '.join(verdict.wrong) or 'doubled or lost'}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
