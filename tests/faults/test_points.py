"""Fault points: each is somewhere, tells before and after, and costs nothing when nobody listens."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from shared import faults
from shared.faults import POINTS

ANNOUNCES = "announce_jobs|announce_again|announce_answers"
CALLS = f"transact|transact_at|commit|commit_part|take_lease|renew_lease|{ANNOUNCES}"
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def passages() -> Iterator[list[str]]:
    passed: list[str] = []
    faults.install(lambda point, moment: passed.append(f"{moment} {point}"))
    yield passed
    faults.install(None)


def test_every_point_is_somewhere() -> None:
    sources = [*(REPOSITORY / "shared").rglob("*.py"), *(REPOSITORY / "functions").rglob("*.py")]
    text = "".join(path.read_text() for path in sources if path.name != "faults.py")
    for point in POINTS:
        named = re.findall(
            rf'(?:faults\.step\(|(?:{CALLS})\((?:[^()]|\([^()]*\))*, )"{re.escape(point)}"',
            text,
        )
        assert named, f"{point} is nowhere"


# Nothing of it is on a message's way: people ask for it, and again when it failed; watch_work only looks.
ASKED_FOR = {
    # What is told to listeners comes after the message's way, at least once; the sweep finds the lost.
    "announce_events",
    "claim_endpoint",
    "deliver_webhooks",
    "drop_webhooks",
    "hasten_webhooks",
    "open_outbox",
    "pause_endpoint",
    "resend_webhooks",
    "rotate_secret",
    "save_webhook_endpoint",
    "send_test_event",
    "tell_listeners",
    "start_enrolling",  # asked for; what is stored the next tick announces
    "end_enrollment",
    # Of changes that people ask for: tests/usecases/sequences/test_changing.py has them crash on the way.
    "keep_replanning",
    "rewrite_emails",
    "remove_mailbox",
    "save_mailbox",
    "save_sequence",
    "tell_cancelations",  # whoever loads the file or asks again has it told
    "fetch_linked_files",  # a claim ends by itself, and who needs the file fetches it again
    "pause_for_errors",  # lost, the next batch's end pauses
    "note_key",  # when a key was last used is known to five minutes
    "rotate_api_key",
    "send_trial_code",
    "enter_trial_code",
    "change_trial",
    "store_upload",  # without a queue the sweep announces it
    "announce_deletions",
    "announce_imports",
    "answer_reply",
    "ask_consents",  # lost, the next tick finds who was not asked; its messages the sweep
    "announce_consents",
    "ask_clearing",  # lost, the sweep announces the job
    "clear_own_lists",  # likewise; to take off who is off does nothing
    "confirm_by_link",
    "cancel_campaign",
    "change_campaign",
    "claim_request",
    "claim_import",
    "claim_file",  # its end when a file cannot be read: the lease ends by itself as well
    "create_api_key",
    "create_company",
    "delete_company",
    "find_contents",
    "follow_changes",  # a file that is loaded again has what waits follow again
    "hand_over",  # what is not handed over waits in its batch, whose lease ends
    "reserve_start",  # a reservation that is not used ends by itself
    "forget_copies",
    "forget_enrollments",
    "forget_messages",
    "forget_person",
    "forget_rows",
    "hold_sending",
    "import_contacts",
    "give_back_chunk",  # a chunk that is not given back is free when its lease ends
    "send_test",  # asked for, and again by who got no answer; what is stored the sweep announces
    "undo_edit",
    "leave_heartbeat",  # lost, the next sweep leaves another
    "mark_ready",
    "preview_campaign",
    "mark_notice_read",
    "replan_fires",  # lost, the next tick moves the coming fires
    "renew_credentials",  # lost, tomorrow's tick renews them
    "note_sign_in",  # noted with the session that it tells of
    "remove_verified",
    "requeue_failure",
    "resend_messages",  # whoever gets no answer decides again; what is stored the sweep announces
    "start_resend",  # likewise
    "announce_resends",
    "resend_groups",  # a lease that ends lets the next one go on: tests/usecases/fires/test_resend_groups.py
    "ask_sums",  # lost, the next report asks
    "count_sums",  # lost, they stay due: the next sweep counts
    "mark_sums",  # before the change, which is tried again with it; all are counted anew as the fire ages
    "save_campaign",
    "save_preferences",  # a person who gets no answer presses the button again
    "save_opt_out",
    "save_sender",
    "save_source",
    "save_template",
    "set_credentials",
    "settle_restore",
    "decide_file",
    "fail_too_large",  # only when the database refuses a message's size
    "mend_row",
    "reload_file",
    "save_opt_outs",
    "change_sender",
    "change_contacts",
    "change_one",
    "find_source",  # asked for with a campaign
    "forget_contacts",
    "save_contact_field",
    "save_contact_list",
    "save_segment",
    "check_file",  # what it adds to is in memory
    "start_deletion",
    "note_refusals",
    "start_import",
    "start_preview",
    "start_upload",
    "check_database",  # only a database that went back in time is written to
    "watch_work",
    "accept_invitation",
    "change_user",
    "create_user",
    "invite_user",
    "note_session",
    "sign_in",
    "sign_out",
    "add_second_factor",
    "approve_campaign",
    "assign_reply",
    "cancel_appointment",
    "note_opt_outs",
    "prepare_answers",  # whoever has the answers sent names the point
    "take_lease",  # likewise
    "renew_lease",  # likewise
    "remove_second_factor",
    "save_oidc",
    "save_saved_reply",
    "use_code",
    "write_back",
    "sign_in_by_oidc",
    "take_back_reply",  # a provider that gets no answer tells it again
    "withdraw_message",
    "change_pair",
    "forget_activity",
    "store_import",  # lost, the sweep finds the import, which is stored with its file
    "record_notes",  # lost, the sweep announces the job again; what is not folded is read with the rest
    "save_broadcast",  # asked for
    "cancel_broadcast",
    "make_broadcast",  # but for what it refuses: lost, the next tick says it
    "plan_later_steps",  # lost, the next tick plans the step
    "reserve_own_starts",  # done again with the chunk; asked again, it gives the same times
    "summarize_fire",  # when a step ended: lost, the next summary notes it
    "change_state",  # asked for, as the next four
    "enroll_contacts",
    "publish_automation",
    "save_automation",
    "tell_event",
    "find_entrants",  # lost, the next look finds them
    "look_at_segments",  # likewise: how far it looked is stored with what it raises
    "raise_rows",  # lost, the block is loaded again
    "join_rejected",  # asked for
    "ask_effect",  # asked for
    "foresee_change",  # whoever waits for it asks again
    "note_silent",  # lost, the next tick notes it
    "withdraw_messages",  # done again when the file, or the chunk of a fire, is taken again
}
WRITES = re.compile(
    rf"(?:{CALLS})\([^()]*\)|publisher\.publish\("
    r"|\.(?:add|save|beat|change_version|replace_versions)\([^()]*, "
)


def test_every_write_on_a_messages_way_is_a_point() -> None:
    bare = []
    for path in (REPOSITORY / "shared" / "usecases").rglob("*.py"):
        lines = path.read_text().splitlines()
        for above, line in pairwise(["", *lines]):
            is_write = WRITES.search(line) and not line.startswith(("async def", "from", "import"))
            if is_write and '"' not in line and "faults.step(" not in above and path.stem not in ASKED_FOR:
                bare.append(f"{path.stem}: {line.strip()}")
    assert not bare


def test_a_step_tells_before_and_after(passages: list[str]) -> None:
    with faults.step("close_batch"):
        passages.append("work")
    assert passages == ["before close_batch", "work", "after close_batch"]


def test_a_step_that_failed_is_not_passed(passages: list[str]) -> None:
    with pytest.raises(ConnectionResetError), faults.step("close_batch"):
        raise ConnectionResetError
    with faults.step(None):
        passages.append("no step")
    assert passages == ["before close_batch", "no step"]


def test_unused_a_step_is_nothing() -> None:
    assert faults.step("close_batch") is faults.step("record_results")
