"""What people do with files and campaigns."""

from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from shared.domain.campaigns.campaign import Campaign, CampaignState, UnknownPolicy
from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Conflict, InvalidInput, NotFound
from shared.domain.fires.fire import Fire
from shared.runtime import Runtime
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.reopen_campaign import reopen_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.campaigns.save_campaign import create_campaign, edit_campaign
from shared.usecases.fires.fire_campaign import fire_campaign
from tests.kit.builders import a_campaign, a_step
from tests.kit.clinic import csv_of
from tests.machine.campaign_deaths import Death, dying
from tests.machine.campaign_model import GOOD_DIGITS, CampaignBook, FileBook, Line, soon
from tests.machine.campaign_story import Story, campaign_ids, deaths_in_commands

template_ids = st.sampled_from(("plain", "named"))
lines = st.builds(
    Line,
    st.sampled_from(("Ana", "Ben", "Ana", "Ben", "")),
    st.sampled_from((*GOOD_DIGITS, *GOOD_DIGITS, *GOOD_DIGITS, "", "12")),
    st.sampled_from((*[False] * 7, True)),
)
files = st.builds(
    lambda some, wrong: (*some, wrong),
    st.lists(lines, min_size=3, max_size=5).map(tuple),
    st.builds(Line, st.sampled_from(("Ana", "Ben")), st.sampled_from(("", "12"))),
)


class Orders(Story):
    """People's rules."""

    @rule(
        campaign_id=campaign_ids,
        kind=st.sampled_from(ScheduleKind),
        template_id=template_ids,
        policy=st.sampled_from(UnknownPolicy),
        days=st.integers(0, 2),
    )
    def create(
        self, campaign_id: str, kind: ScheduleKind, template_id: str, policy: UnknownPolicy, days: int
    ) -> None:
        """A new draft; one that exists stays as it is."""
        at = None if kind is ScheduleKind.ON_DEMAND else soon(self.clock.at, days)
        rule_text = "FREQ=DAILY" if kind is ScheduleKind.RECURRING else None
        campaign = a_campaign(
            id=campaign_id,
            steps=(a_step(template_id=template_id),),
            unknown_policy=policy,
            dedupe_scope=DedupeScope.FIRE,  # what others sent has tests of its own
            schedule=Schedule(kind=kind, at=at, rule=rule_text, time_zone="UTC"),
            created_at=self.clock.at,
            updated_at=self.clock.at,
        )
        self.act(create_campaign(self.runtime, "acme", campaign))
        aware = at.replace(tzinfo=UTC) if at else None
        self.model.campaigns.setdefault(
            campaign_id,
            CampaignBook(
                template_id=template_id, policy=policy, kind=kind, at=aware, created_at=self.clock.at
            ),
        )

    @rule(lines=files, accepts_repeat=st.booleans(), arrives=st.sampled_from((True, True, False)))
    def upload(self, lines: tuple[Line, ...], accepts_repeat: bool, arrives: bool) -> None:
        """A file, whose announcement arrives at once or lies with the other jobs."""
        self.act(self._upload(lines, accepts_repeat, arrives))

    async def _upload(self, lines: tuple[Line, ...], accepts_repeat: bool, arrives: bool) -> None:
        content = csv_of(*(line.cells for line in lines))
        file, job = await self.clinic.upload(content, accepts_repeat=accepts_repeat)
        self.model.files[file.id] = FileBook(lines=lines, accepts_repeat=accepts_repeat)
        if arrives:
            await self.run(job)
        else:
            self.jobs.append(job)

    @rule(
        campaign_id=campaign_ids,
        command=st.sampled_from(
            ("pause", "resume", "ready", "ready", "pause", "resume", "reopen", "edit", "cancel")
        ),
        template_id=st.sampled_from(("named", "plain", "none")),
        death=deaths_in_commands,
    )
    def order(self, campaign_id: str, command: str, template_id: str, death: Death | None) -> None:
        """Somebody wants something of a campaign, which may be out of place."""
        self.act(self.command(campaign_id, command, template_id, death))

    async def command(self, campaign_id: str, command: str, template_id: str, death: Death | None) -> None:
        change = self.commands(template_id)[command]
        book = self.model.campaigns.get(campaign_id)
        if book is None:
            return await self.must_refuse(lambda: change(self.runtime, "acme", campaign_id), NotFound)
        following = book.after(command, self.clock.at)
        if following is None or (command == "edit" and template_id == "none"):
            return await self.must_refuse(
                lambda: change(self.runtime, "acme", campaign_id), Conflict, InvalidInput
            )
        with dying(death):
            await change(self.runtime, "acme", campaign_id)
            if command == "edit":
                book.template_id = template_id
        book.become(following)  # a death comes after the change itself: those points are no deadly ones
        return None

    def commands(self, template_id: str) -> dict[str, Callable[[Runtime, str, str], Awaitable[object]]]:
        async def edit(runtime: Runtime, company_id: str, campaign_id: str) -> Campaign:
            changes = {"steps": (a_step(template_id=template_id),)}
            return await edit_campaign(runtime, company_id, campaign_id, changes)

        return {
            "ready": mark_ready,
            "pause": pause_campaign,
            "resume": resume_campaign,
            "reopen": reopen_campaign,
            "cancel": cancel_campaign,
            "edit": edit,
        }

    @rule(
        campaign_id=campaign_ids,
        repeat=st.booleans(),
        death=deaths_in_commands,
    )
    def fire(self, campaign_id: str, repeat: bool, death: Death | None) -> None:
        """Somebody presses "fire now"."""
        self.act(self._fire(campaign_id, repeat, death))

    async def _fire(self, campaign_id: str, repeat: bool, death: Death | None) -> None:
        book = self.model.campaigns.get(campaign_id)
        known = self.seen.campaigns.get(campaign_id)

        def press() -> Coroutine[Any, Any, Fire]:
            return fire_campaign(self.runtime, "acme", campaign_id, repeat=repeat)

        if book is None or known is None:
            return await self.must_refuse(press, NotFound)
        if not self.model.may_fire(campaign_id, known.content_hash, repeat=repeat):
            return await self.must_refuse(press, Conflict)
        with dying(death):
            await press()
        await self.note_fires({campaign_id: self.model.files_on_demand(campaign_id)}, at_least=death is None)
        return None

    async def note_fires(self, expected: dict[str, tuple[str, ...]], *, at_least: bool) -> None:
        """One new fire a campaign, for the right files; all of them unless the process died."""
        stores = self.clinic.stores
        every = (await stores.fires.page("acme", limit=1000)).items
        fires = {fire.id: fire for fire in every if not fire.is_standing}
        new = {fire.campaign_id: fire for key, fire in fires.items() if key not in self.model.fires}
        assert len(new) == len(fires) - len(self.model.fires), "a campaign fired twice at once"
        assert new.keys() == expected.keys() if at_least else new.keys() <= expected.keys()
        for campaign_id, fire in new.items():
            assert fire.audience.file_ids == expected[campaign_id]
            made = self.model.fire_of(campaign_id, fire.content_hash, fire.audience.file_ids)
            assert fire.planned == made.planned
            self.model.fires[fire.id] = made
            self.model.campaigns[campaign_id].become(CampaignState.FIRING)
