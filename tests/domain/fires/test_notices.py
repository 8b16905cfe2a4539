"""What a company is told, in which words, and that one cause is told once."""

from datetime import timedelta

from shared.domain.campaigns.audience import LeftOut
from shared.domain.files.file import File, FileHold, FileState
from shared.domain.fires.fire import EmptyBecause, Fire
from shared.domain.fires.notice import (
    Notice,
    NoticeKind,
    empty_notice,
    file_notice,
    fire_notice,
    left_out_notice,
    sender_notice,
)
from shared.domain.record import replace
from tests.kit.builders import NOON, a_campaign, an_sms_sender

LATER = NOON + timedelta(hours=1)
CAMPAIGN = a_campaign(next_fire_at=NOON)
FIRE = Fire(id="f1", campaign_id="reminders", slot="s", content_hash="h", fired_at=NOON)


def test_a_paused_sender_is_told_of_once_for_each_pause() -> None:
    sender = an_sms_sender(paused_reason="The account is suspended.", pause_count=1)
    notice = sender_notice(sender, NOON)
    assert notice == Notice(
        id=notice.id,
        kind=NoticeKind.SENDER_PAUSED,
        text="The sender +12125550100 is paused: The account is suspended. Its messages wait, none is lost. "
        "Mend it at the provider, then resume the sender.",
        created_at=NOON,
        sender_id="texts",
    )
    assert sender_notice(sender, LATER).id == notice.id
    assert sender_notice(replace(sender, pause_count=2), NOON).id != notice.id
    assert sender_notice(replace(sender, id="other"), NOON).id != notice.id


def test_a_campaign_that_could_not_start_is_told_of_once_for_each_time_and_reason() -> None:
    notice = fire_notice(CAMPAIGN, "The sender is paused.", NOON)
    assert notice == Notice(
        id=notice.id,
        kind=NoticeKind.FIRE_REFUSED,
        text="The campaign Reminders, due at 2026-11-23 17:00 UTC, has not started: The sender is paused. It "
        "is tried again every few minutes.",
        created_at=NOON,
        campaign_id="reminders",
    )
    assert fire_notice(CAMPAIGN, "The sender is paused.", LATER).id == notice.id
    assert fire_notice(CAMPAIGN, "Something else.", NOON).id != notice.id
    assert fire_notice(replace(CAMPAIGN, next_fire_at=LATER), "The sender is paused.", NOON).id != notice.id
    assert fire_notice(replace(CAMPAIGN, id="x"), "The sender is paused.", NOON).id != notice.id
    assert "due at now" in fire_notice(replace(CAMPAIGN, next_fire_at=None), "No.", NOON).text


def test_a_held_file_is_told_of_each_time_it_is_loaded() -> None:
    file = File(
        id="x",
        source_id="appointments",
        name="june.csv",
        object_name="x",
        created_at=NOON,
        state=FileState.LOADED,
        hold=FileHold.HELD,
    )
    notice = file_notice(file, NOON)
    assert notice == Notice(
        id=notice.id,
        kind=NoticeKind.FILE_HELD,
        text="The file 'june.csv' is held: its source holds every file. Look at it, then release or reject "
        "it. Until then nothing is sent for it; campaigns that are due for it wait.",
        created_at=NOON,
        file_id="x",
    )
    assert file_notice(file, LATER).id == notice.id
    assert file_notice(replace(file, reload_count=1), NOON).id != notice.id
    assert file_notice(replace(file, id="y"), NOON).id != notice.id


def test_a_fire_with_nobody_is_told_of() -> None:
    fire = replace(FIRE, empty_because=EmptyBecause.NO_ROWS, note="The file has no rows.")
    notice = empty_notice(CAMPAIGN, fire, "f0")
    assert notice == Notice(
        id=notice.id,
        kind=NoticeKind.FIRE_EMPTY,
        text="The campaign Reminders fired and nobody got anything: The file has no rows. Upload a file, "
        "then fire the campaign again.",
        created_at=NOON,
        campaign_id="reminders",
        fire_id="f1",
    )
    assert empty_notice(CAMPAIGN, replace(fire, id="f2"), "f0").id != notice.id
    assert empty_notice(CAMPAIGN, fire, None).id == notice.id


def test_quiet_days_are_told_of_once_until_a_file_comes() -> None:
    quiet = replace(FIRE, empty_because=EmptyBecause.NO_NEW_FILE, note="No new file.")
    notice = empty_notice(CAMPAIGN, quiet, "f0")
    assert notice.text.endswith("No new file. It is told once, until a file comes.")
    assert empty_notice(CAMPAIGN, replace(quiet, id="f2"), "f0").id == notice.id
    assert empty_notice(CAMPAIGN, quiet, "f9").id != notice.id
    assert empty_notice(replace(CAMPAIGN, id="x"), quiet, "f0").id != notice.id
    assert empty_notice(CAMPAIGN, quiet, None).id not in (notice.id, empty_notice(CAMPAIGN, quiet, "f9").id)


def test_files_that_were_left_out_are_told_of_once_for_the_same_files_and_reasons() -> None:
    fire = replace(FIRE, left_out=(LeftOut(file_id="a", name="a.csv", reason="it is held"),))
    notice = left_out_notice(CAMPAIGN, fire)
    assert notice == Notice(
        id=notice.id,
        kind=NoticeKind.FILES_LEFT_OUT,
        text="The campaign Reminders fired. a.csv was left out: it is held.",
        created_at=NOON,
        campaign_id="reminders",
        fire_id="f1",
    )
    assert left_out_notice(CAMPAIGN, replace(fire, id="f2")).id == notice.id
    released = replace(fire, left_out=(LeftOut(file_id="a", name="a.csv", reason="it was refused"),))
    assert left_out_notice(CAMPAIGN, released).id != notice.id
    other = replace(fire, left_out=(LeftOut(file_id="b", name="a.csv", reason="it is held"),))
    assert left_out_notice(CAMPAIGN, other).id != notice.id
    assert left_out_notice(replace(CAMPAIGN, id="x"), fire).id != notice.id
