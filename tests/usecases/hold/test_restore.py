"""After a restore from a backup nothing is sent again, and who refused since then is not written to.

The backup is the real emulator's export, and the restore its import into a new database.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.emulators import Emulators
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.errors import Conflict
from shared.domain.fires.fire import FireState
from shared.domain.job import SendBatch
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import OutgoingMessage
from shared.domain.record import replace
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.hold.check_database import check_database
from shared.usecases.hold.leave_heartbeat import leave_heartbeat
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic
from tests.kit.restoring import MINUTES, backup, ops, restored, tick

PEOPLE = 220  # three batches
STOPPED = "+12125552219"  # in the last batch


async def half_way(clinic: Clinic) -> None:
    """Of three batches one is sent and one is announced; the campaign `later` is to fire in some minutes."""
    clinic.runs_jobs = False
    rows = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}"} for n in range(PEOPLE)]
    await clinic.load(*rows)
    await clinic.ready()
    soon = clinic.runtime.now().replace(tzinfo=None, microsecond=0) + timedelta(minutes=2)
    later = Schedule(kind=ScheduleKind.ONCE, at=soon, time_zone="UTC")
    await clinic.ready(id="later", schedule=later, steps=(a_step(id="later"),))
    await clinic.fire()
    await clinic.run_published()
    first = next(job for job in clinic.published if isinstance(job, SendBatch))
    clinic.published = [first]
    clinic.runs_jobs = True
    await clinic.run_published()
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())  # leaves its heartbeat


async def goes_on(clinic: Clinic) -> None:
    """What happens after the backup: one more batch is sent, somebody refuses."""
    waiting = [batch for batch in await clinic.batches() if batch.state != "done"]
    await clinic._take(SendBatch(company_id="acme", batch_id=waiting[0].id))
    await clinic.simulator.reply(STOPPED, "STOP", sender="+12125550100")
    listed = [m for m in await clinic.simulator.messages(handset=STOPPED) if m["incoming"]]
    await clinic.write(STOPPED, "STOP", provider_id=listed[0]["provider_id"])
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now() + 5 * MINUTES)


async def test_nothing_is_sent_again_and_a_refusal_since_the_backup_holds(
    clinic: Clinic, emulators: Emulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await half_way(clinic)
    backup_at = await backup(emulators, clinic, tmp_path)
    await goes_on(clinic)
    before = Counter(m["handset"] for m in await clinic.accepted())
    assert len(before) == 200
    async with restored(clinic, tmp_path, monkeypatch) as again:
        assert Counter(m.state for m in await again.messages())[MessageState.SENT] == 100
        again.stop_clock(again.runtime.now() + 3 * MINUTES)
        await ops(again, "hold", "--reason", "a restore")
        early = await ops(again, "after-restore", "--backup-time", backup_at.isoformat())
        assert not early["is_settled"]  # the provider's list may lag
        with pytest.raises(Conflict, match="not settled yet"):
            await ops(again, "release")
        again.stop_clock(again.runtime.now() + timedelta(hours=5))
        settled = await ops(again, "after-restore", "--backup-time", backup_at.isoformat())
        assert settled["is_settled"]
        assert settled["companies"]["acme"] == {"not_sent": 20}
        assert early["companies"]["acme"] == {
            "campaigns_paused": 2,
            "fires_paused": 1,
            "replies": 1,
            "sent": 100,
            "waiting": 20,
        }
        assert await ops(again, "release") == {"released": True}
        await tick(again)
        assert Counter(m["handset"] for m in await again.accepted()) == before  # a person must resume
        await resume_campaign(again.runtime, "acme", "reminders")
        await tick(again, minutes=1)
        assert (await again.campaign()).state is CampaignState.SENT
        after = Counter(m["handset"] for m in await again.accepted())
        assert max(after.values()) == 1
        assert len(after) == PEOPLE - 1
        assert STOPPED not in after
        [fire] = (await again.stores.fires.page("acme", limit=9)).items
        report = await again.report(fire)
        assert report.ledger.is_balanced
        assert (report.ledger.sent, report.skipped) == (PEOPLE - 1, {"opted_out": 1})
        # What was to fire since the backup may have fired: it waits for a person's click.
        later = await resume_campaign(again.runtime, "acme", "later")
        assert (later.state, later.next_fire_at) == (CampaignState.READY, None)
        assert (await tick(again, minutes=30))[1] == {"started": 0, "refused": 0}


async def test_without_any_procedure_the_first_tick_holds_everything(
    clinic: Clinic, emulators: Emulators, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The safety net: the database is older than what Cloud Storage remembers of it."""
    await half_way(clinic)
    await backup(emulators, clinic, tmp_path)
    await goes_on(clinic)
    before = len(await clinic.accepted())
    async with restored(clinic, tmp_path, monkeypatch) as again:
        for _ in range(3):
            counts = await tick(again, minutes=5)
            assert counts[1] == counts[2] == {"held": 1}
        for batch in await again.batches():  # a job that Pub/Sub still had
            await again._take(SendBatch(company_id="acme", batch_id=batch.id))
        assert len(await again.accepted()) == before
        hold = await again.stores.system.find_hold()
        assert hold is not None
        assert "restored from a backup" in hold.reason
        with pytest.raises(Conflict, match="All sending is held"):
            await again.fire("later")
        with pytest.raises(Conflict, match="after-restore"):
            await ops(again, "release")


async def test_an_outage_holds_nothing(clinic: Clinic) -> None:
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    await tick(clinic, minutes=3 * 24 * 60)
    assert await clinic.stores.system.find_hold() is None


async def test_sweeps_that_overlap_hold_nothing(clinic: Clinic) -> None:
    """One that began earlier ends later: its older time takes no newer one's place in the database."""
    now = clinic.runtime.now()
    for minutes in (5, 1, 6):
        await sweep_stalled_work(clinic.runtime, now + minutes * MINUTES)
    assert (await tick(clinic, minutes=7))[1] == {"started": 0, "refused": 0}


async def test_a_sweep_between_the_two_looks_holds_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, system = clinic.runtime, clinic.stores.system
    now = runtime.now()
    await leave_heartbeat(runtime, now)
    look = system.heartbeat

    async def look_and_sweep() -> datetime | None:
        known = await look()
        await leave_heartbeat(runtime, now + timedelta(seconds=1))
        return known

    monkeypatch.setattr(system, "heartbeat", look_and_sweep)
    assert await check_database(runtime, now) is None


async def test_a_hold_stops_what_runs_and_release_lets_it_go_on(clinic: Clinic) -> None:
    clinic.runs_jobs = False
    await clinic.load({})
    await clinic.ready()
    fire = await clinic.fire()
    await clinic.run_published()
    await ops(clinic, "hold", "--reason", "maintenance")
    clinic.runs_jobs = True
    await clinic.run_published()
    await tick(clinic, minutes=30)
    assert await clinic.accepted() == []
    assert [batch.state for batch in await clinic.batches()] == ["held"]
    assert await ops(clinic, "release") == {"released": True}
    assert await ops(clinic, "release") == {"released": False}
    await tick(clinic)
    assert len(await clinic.accepted()) == 1
    assert (await clinic.report(fire)).status == "sent"


async def test_what_no_list_can_settle_is_left_to_a_person(clinic: Clinic) -> None:
    """SendGrid keeps no list: mails that could have gone since the backup are unknown, and stay so."""
    clinic.runs_jobs = False
    mail = a_step(
        id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
    )
    await clinic.load({})
    await clinic.ready(steps=(mail,))
    fire = await clinic.fire()
    await clinic.run_published()
    clinic.stop_clock(clinic.runtime.now() + timedelta(hours=5))
    settled = await ops(clinic, "after-restore", "--backup-time", "2026-11-22T04:00:00Z")
    assert settled["companies"]["acme"] == {"campaigns_paused": 1, "fires_paused": 1, "unclear": 1}
    await ops(clinic, "release")
    clinic.runs_jobs = True
    await resume_campaign(clinic.runtime, "acme", "reminders")
    await tick(clinic, minutes=60)
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    assert "restored from a backup" in (message.reason or "")
    assert await clinic.accepted() == []
    assert (await clinic.report(fire)).status == "needs_attention"


async def test_rows_that_were_not_planned_yet_are_looked_for_too(clinic: Clinic) -> None:
    """The fire had begun at the time of the backup; its messages were made afterwards, and one was sent."""
    clinic.runs_jobs = False
    await clinic.load({}, {"Patient": "Ben", "Phone": "+12125550188"})
    await clinic.ready()
    fire = await clinic.fire()
    started_at = clinic.runtime.now().isoformat()
    early = await ops(clinic, "after-restore", "--backup-time", started_at)
    assert early["companies"]["acme"]["waiting"] == 2
    sent, _ = await clinic.messages()
    outgoing = OutgoingMessage(
        message_id="lost", from_address="+12125550100", to_address=sent.address, body=sent.body
    )
    sender = await clinic.stores.senders.get("acme", "texts")
    signed_in = await clinic.runtime.credentials("acme", sender)
    provider = clinic.runtime.message_sender(sender, signed_in)
    await provider.send([outgoing])
    clinic.stop_clock(clinic.runtime.now() + timedelta(hours=5))
    settled = await ops(clinic, "after-restore", "--backup-time", started_at)
    assert settled["companies"]["acme"] == {"sent": 1, "not_sent": 1}
    assert (await clinic.stores.fires.get("acme", fire.id)).state is FireState.PAUSED
    assert (await clinic.stores.messages.get("acme", sent.id)).state is MessageState.SENT


async def test_a_recurring_campaign_goes_on_with_the_next_time_only(clinic: Clinic) -> None:
    """Times since the backup may have been fired, whatever the database says."""
    await clinic.load({})
    wall = clinic.runtime.now().replace(tzinfo=None, microsecond=0) + timedelta(minutes=1)
    daily = Schedule(kind=ScheduleKind.RECURRING, at=wall, rule="FREQ=DAILY", time_zone="UTC")
    await clinic.ready(schedule=daily)
    clinic.stop_clock(clinic.runtime.now() + timedelta(hours=5))
    settled = await ops(clinic, "after-restore", "--backup-time", "2026-11-22T04:00:00Z")
    assert settled["is_settled"]
    await ops(clinic, "release")
    resumed = await resume_campaign(clinic.runtime, "acme", "reminders")
    assert resumed.state is CampaignState.SCHEDULED
    assert resumed.next_fire_at == (wall + timedelta(days=1)).replace(tzinfo=UTC)
    await tick(clinic)
    assert await clinic.accepted() == []


async def test_a_provider_that_cannot_be_asked_keeps_the_hold(clinic: Clinic) -> None:
    sender = await clinic.stores.senders.get("acme", "texts")
    await clinic.stores.senders.save("acme", "gone", replace(sender, id="gone"))
    settled = await ops(clinic, "after-restore", "--backup-time", "2026-11-22T04:00:00Z")
    assert not settled["is_settled"]
    assert "no credentials" in settled["companies"]["acme"]["error"]
    with pytest.raises(Conflict):
        await ops(clinic, "release")
    assert await clinic.stores.opt_outs.find("acme", opt_out_id(Channel("sms"), STOPPED)) is None
