"""Stories of automations that are edited at random with contacts inside, while workers die and jobs repeat.

Nobody is lost, nobody gets a step twice, and nobody is left standing.
AUTOMATION_STORIES=300 AUTOMATION_STEPS=40 tells more and longer ones, new ones each time.
"""

import os
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from infra.local.emulators import Emulators
from shared.domain.automations.automation import definition_in
from shared.domain.automations.editing import Choice, step_changes
from shared.domain.automations.enrollment import EndReason, EnrollmentState
from shared.domain.automations.state import AutomationState
from shared.domain.automations.steps import AutomationStep, IfStep, WaitStep, WaitUntilDate, find_step
from shared.domain.contacts.contact_changes import ChangedBy, events_of
from shared.domain.contacts.contact_edit import ContactEdit
from shared.domain.contacts.contact_field import ContactField, FieldKind
from shared.domain.contacts.segment import HasTag
from shared.domain.job import Job
from shared.firestore.contact_shards import pairs_in
from shared.usecases.automations.change_state import change_state
from shared.usecases.automations.publish_automation import publish_automation
from shared.usecases.automations.save_automation import create_automation, edit_automation
from shared.usecases.contacts.save_contact import edit_contact
from shared.usecases.run_job import run_job
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.automations import KEY, Desk, a_definition, a_send, a_tag, a_wait
from tests.kit.builders import NOON, a_template
from tests.kit.clock import Clock
from tests.machine.campaign_deaths import Death, dying
from tests.machine.company_story import CompanyStory

R = TypeVar("R")
MOST_PEOPLE = 4
MOST_STEPS = 8
DEADLY = (
    "run_automation.change",
    "run_automation.commit",
    "run_automation.publish",
    "move_enrollments.move",
    "move_enrollments.keep",
    "move_enrollments.publish",
)
deaths = st.none() | st.tuples(st.sampled_from(DEADLY), st.sampled_from(("before", "after")))
edits = st.sampled_from(
    ("tag", "send", "wait", "date", "if", "delete", "delete", "back", "move", "time", "time")
)

_MOVES = {0: 600, 3: 240}  # where everybody's date moves at the end: later, then earlier


class Automations(CompanyStory):
    """One automation, the people in it, and whoever edits it."""

    def __init__(self, emulators: Emulators, folder: Path) -> None:
        self.people = self.made = 0
        self.deleted: list[AutomationStep] = []
        super().__init__(Clock(NOON), emulators, folder)

    async def begin_more(self) -> None:
        """Who edits."""
        self.stores = self.clinic.stores
        self.desk = Desk(self.clinic)

    # The beginning

    @initialize(people=st.integers(1, 3))
    def begin(self, people: int) -> None:
        """A text, a wait, a date that is waited for and a tag; some people stand on the wait."""
        self.act(self._publish_first())
        for _ in range(people):
            self.enter()
        self.deliver([0] * 12, None, False)

    async def _publish_first(self) -> None:
        visit = ContactField(id="visit", name="Visit", kind=FieldKind.MOMENT, created_at=NOON)
        await self.stores.contact_fields.save("acme", "visit", visit)
        steps = [await self._step(kind) for kind in ("send", "wait", "date", "tag")]
        await create_automation(self.runtime, "acme", "a1", "Story", a_definition(*steps))
        await publish_automation(self.runtime, "acme", "a1")

    async def _step(self, kind: str, minutes: int = 60) -> AutomationStep:
        self.made += 1
        name = f"s{self.made}"
        match kind:
            case "send":
                template = a_template(id=name, body=f"{name} {{{{ name }}}}")
                await self.stores.templates.save("acme", name, template)
                return a_send(name, name)
            case "wait":
                return a_wait(name, minutes * 60)
            case "date":
                return WaitStep(id=name, wait=WaitUntilDate(field="visit"))
            case "if":
                inner = a_tag(f"{name}i", f"{name}i")
                branch = (inner, a_wait(f"{name}w", minutes * 60))
                return IfStep(id=name, criterion=HasTag(value="new"), then=branch)
        return a_tag(name, name)

    # What happens

    @precondition(lambda self: self.people < MOST_PEOPLE)
    @rule()
    def enter(self) -> None:
        """Somebody gets the tag that lets in."""
        self.people += 1
        self.act(self.desk.add(f"c{self.people}", "new", fields={"visit": self._in(180)}))

    def _in(self, minutes: int) -> str:
        return (self.clock.at + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    @precondition(lambda self: self.people)
    @rule(person=st.integers(1, MOST_PEOPLE), minutes=st.sampled_from((-10, 10, 60, 120, 240)))
    def move_date(self, person: int, minutes: int) -> None:
        """The date that somebody may wait for moves."""
        self.act(self._move_date(min(person, self.people), minutes))

    async def _move_date(self, person: int, minutes: int) -> None:
        edit = ContactEdit(fields={"visit": self._in(minutes)})
        await edit_contact(self.runtime, "acme", f"c{person}", edit, KEY)

    @rule(minutes=st.sampled_from((1, 11, 20, 45, 60)))
    def later(self, minutes: int) -> None:
        """Time passes, and the ticks come."""
        self.clock.at += timedelta(minutes=minutes)
        self.act(self._tick())

    async def _tick(self) -> None:
        self.desk.clock = self.clock
        await self.desk.tick()
        await dispatch_due_batches(self.runtime, self.clock.at)
        await sweep_stalled_work(self.runtime, self.clock.at)

    @precondition(lambda self: self.jobs)
    @rule(picks=st.lists(st.integers(0, 7), min_size=1, max_size=6), death=deaths, stays=st.booleans())
    def deliver(self, picks: Sequence[int], death: Death | None, stays: bool) -> None:
        """Some jobs are taken, in any order; they may stay to come again, and a worker may die."""
        for pick in picks:
            if not self.jobs:
                return
            place = pick % len(self.jobs)
            job = self.jobs[place] if stays else self.jobs.pop(place)
            self.clock.at += timedelta(seconds=1)
            self.act(self._run(job, death))

    async def _run(self, job: Job, death: Death | None) -> None:
        with dying(death):
            await run_job(self.runtime, job)

    @rule(state=st.sampled_from((AutomationState.PAUSED, AutomationState.LIVE, AutomationState.LIVE)))
    def switch(self, state: AutomationState) -> None:
        """Somebody pauses it, or has it go on."""
        self.act(change_state(self.runtime, "acme", "a1", state))

    @rule(
        edit=edits,
        place=st.integers(0, 7),
        minutes=st.sampled_from((10, 30, 60, 120)),
        choices=st.lists(st.sampled_from((*Choice, None)), min_size=4, max_size=4),
        death=deaths,
    )
    def edit(
        self, edit: str, place: int, minutes: int, choices: Sequence[Choice | None], death: Death | None
    ) -> None:
        """Somebody publishes an edit."""
        self.act(self._edit(edit, place, minutes, choices, death))

    async def _edit(
        self, edit: str, place: int, minutes: int, choices: Sequence[Choice | None], death: Death | None
    ) -> None:
        automation = await self.stores.automations.get("acme", "a1")
        old = definition_in(automation.live).steps
        steps = list(old)
        at = place % len(steps)
        if edit == "delete" and len(steps) > 1:
            self.deleted.append(steps.pop(at))
        elif edit == "back" and self.deleted and len(steps) < MOST_STEPS:
            steps.insert(at, self.deleted.pop())  # under its id, perhaps below those who have completed it
        elif edit == "move":
            steps.insert(minutes % len(steps), steps.pop(at))
        elif edit == "time":
            steps = [
                a_wait(one.id, minutes * 60) if isinstance(one, WaitStep) and number >= at else one
                for number, one in enumerate(steps)
            ]
        elif edit in ("tag", "send", "wait", "date", "if") and len(steps) < MOST_STEPS:
            steps.insert(at, await self._step(edit, minutes))
        changes = step_changes(old, steps)
        chosen = {
            one.step_id: choice
            for one, choice in zip(changes, choices, strict=False)
            if choice in one.choices
        }
        self.clock.at += timedelta(seconds=1)
        await edit_automation(self.runtime, "acme", "a1", "Story", a_definition(*steps))
        with dying(death):
            await publish_automation(self.runtime, "acme", "a1", choices=chosen)

    # What must hold

    @invariant()
    def nothing_is_done_twice(self) -> None:
        """No text came twice, and no tag was attached twice, by the provider's books and the history."""
        if not self.is_broken:
            self.act(self._check_doubles())

    async def _check_doubles(self) -> None:
        texts = Counter((one["handset"], one["body"]) for one in await self.clinic.accepted())
        assert not [key for key, count in texts.items() if count > 1]
        changes = (await self.stores.contact_changes.page("acme", limit=1000)).items
        tagged = Counter(
            (event.contact_id, event.what)
            for change in changes
            if change.by is ChangedBy.AUTOMATION
            for pair in pairs_in(change)
            for event in events_of(pair)
        )
        assert not [key for key, count in tagged.items() if count > 1]

    async def _check_dates(self) -> None:
        """Who waits for a date does so until it, as it is now."""
        automation = await self.stores.automations.get("acme", "a1")
        steps, waiting = definition_in(automation.live).steps, await self.desk.enrollments()
        contacts = await self.stores.contact_shards.contacts("acme", [one.contact_id for one in waiting])
        for one in waiting:
            step = find_step(steps, one.step_id)
            is_until_date = isinstance(step, WaitStep) and isinstance(step.wait, WaitUntilDate)
            if is_until_date and not one.version and one.waits_until and one.waits_until > self.clock.at:
                visit = datetime.fromisoformat(str(contacts[one.contact_id].fields["visit"]))
                assert one.waits_until == visit

    async def end(self) -> None:
        """What was left to do is done, and nobody was lost or is left standing."""
        await change_state(self.runtime, "acme", "a1", AutomationState.LIVE)
        for passed in range(40):
            if (minutes := _MOVES.get(passed)) is not None:
                for person in range(self.people):
                    await self._move_date(person + 1, minutes)
            while self.jobs:
                await self._run(self.jobs.pop(0), None)
            if passed > 1:  # what was announced to nobody is found by now
                await self._check_dates()
            self.clock.at += timedelta(minutes=30)
            await self._tick()
            enrollments = await self.desk.enrollments()
            is_quiet = all(one.state is EnrollmentState.ENDED for one in enrollments)
            if is_quiet and len(enrollments) == self.people and not self.jobs:
                break
        enrollments = await self.desk.enrollments()
        assert [one.contact_id for one in enrollments] == [f"c{n + 1}" for n in range(self.people)]
        assert {one.end_reason for one in enrollments} <= {EndReason.COMPLETED, EndReason.LEFT}
        await self._check_doubles()
        versions = (await self.stores.automation_versions.page("acme", limit=500)).items
        assert all(one.moving is None or one.moving.is_done for one in versions)


@pytest.mark.timeout(1800)
def test_stories_of_automations(
    emulators: Emulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulators.env.items():
        monkeypatch.setenv(name, value)
    stories = int(os.environ.get("AUTOMATION_STORIES", "0"))
    run_state_machine_as_test(
        lambda: Automations(emulators, tmp_path),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=stories or 10,
            stateful_step_count=int(os.environ.get("AUTOMATION_STEPS", "16")),
            derandomize=not stories,
            database=None,
            deadline=None,
            phases=(Phase.generate,),  # a try takes seconds
            suppress_health_check=list(HealthCheck),
        ),
    )
