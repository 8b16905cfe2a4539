"""The main job on this machine, start to end: a messy file in, messages out, answers back, books closed."""

from datetime import UTC, datetime

from infra.local.api_client import ApiClient, Json
from infra.local.demo_company import DemoCompany
from infra.local.sample_appointments import Sample, make_sample
from infra.local.simulator.client import SimulatorClient
from infra.local.stack import Stack
from infra.local.stage import open_stage
from infra.local.under_way import leave_under_way
from infra.local.waiting import NoProgress, Say, wait_while_moving

SETTLED = ("sent", "needs_attention")
COLUMNS = [
    {"column": "Appt No", "field": "appointment_number"},
    {"column": "Patient", "field": "name", "is_required": True},
    {"column": "Mobile", "field": "phone", "type": "phone"},
    {"column": "E-Mail", "field": "email", "type": "email"},
    {"column": "Provider", "field": "doctor"},
    {
        "column": "Appointment",
        "field": "appointment_at",
        "type": "datetime",
        "formats": ["%m/%d/%Y %I:%M %p"],
        "is_required": True,
    },
    {"column": "State", "field": "time_zone", "type": "time_zone"},
    {"column": "Clinic", "field": "clinic"},
]
TEXT = (
    "{{ name }}, you see {{ doctor }} on {{ appointment_at | date: '%b %d at %I:%M %p' }}. "
    "Reply 1 to confirm, 2 to cancel, 3 to reschedule."
)
ANSWERS = ("1", "1.", "2", "3", "Yes?", "1 please", "STOP", "2", "1", "what is this")


async def run_demo(stack: Stack, say: Say, *, leaves_work: bool = False) -> bool:
    """Run the job through the stack's API and show each step; whether the books closed as they must.

    With `leaves_work` something is under way at the end, for who then opens the portal.
    """
    async with open_stage(stack, say) as stage:
        company, api, simulator = stage.company, stage.api, stage.simulator
        sample = make_sample(datetime.now(UTC).date())
        source_id, file = await _load(api, sample, say)
        campaign = await _campaign(api, company, source_id, file["id"])
        content_hash = await _preview(api, campaign["id"], say)
        await api.post(f"/campaigns/{campaign['id']}/ready", {"content_hash": content_hash})
        say("Campaign marked ready: what was previewed is what will be sent")
        fire = await api.post(f"/campaigns/{campaign['id']}/fire")
        await _watch(api, fire["id"], say)
        await _answer(simulator, api, sample, say)
        report = await _settled(api, fire["id"], sample, say)
        _show(report, say)
        doubled = await _doubled(simulator)
        if leaves_work:
            await leave_under_way(stage)
        stage.show_logins()
        return _is_as_expected(report, file, sample, doubled, say)


async def _load(api: ApiClient, sample: Sample, say: Say) -> tuple[str, Json]:
    source = await api.post("/sources", {"name": "Appointments", "columns": COLUMNS})
    link = await api.post("/files", {"source_id": source["id"], "name": "appointments.csv"})
    await api.put_file(link, sample.content)
    file = await api.wait_for(f"/files/{link['file']['id']}", "state", "loaded", "refused", say=say)
    say(
        f"Loaded appointments.csv ({file['encoding']}, delimiter {file['delimiter']!r}): "
        f"{file['row_count']} rows, {file['rejected_count']} rejected"
    )
    failures = await api.get("/failures", file_id=file["id"])
    for failure in sorted(failures["items"], key=lambda found: int(found["row_number"])):
        say(
            f"  row {failure['row_number']}: {failure['field'] or 'row'} {failure['value']!r} "
            f"{failure['reason'][:80]}"
        )
    return source["id"], file


async def _campaign(api: ApiClient, company: DemoCompany, source_id: str, file_id: str) -> Json:
    text = await api.post("/templates", {"name": "Reminder text", "channel": "sms", "body": TEXT})
    mail = await api.post(
        "/templates",
        {
            "name": "Reminder mail",
            "channel": "email",
            "subject": "Your visit to {{ doctor }}",
            "body": "Dear {{ name }},\n\nyou see {{ doctor }} on {{ appointment_at | date: '%B %d' }}.\n",
        },
    )
    steps = [
        _step("sms", text, company.sms_sender_id, "phone"),
        _step("email", mail, company.email_sender_id, "email"),
    ]
    return await api.post(
        "/campaigns",
        {
            "name": "Appointment reminders",
            "audience": {"source_id": source_id, "file_id": file_id},
            "steps": steps,
            # Around the clock, so that the demo sends at whatever time it is run.
            "window": {"opens": "00:00", "closes": "00:00", "time_zone_field": "time_zone"},
            "expires_field": "appointment_at",
            "reply_options": [
                {"words": ["1", "yes"], "disposition": "confirmed"},
                {"words": ["2"], "disposition": "canceled"},
                {"words": ["3"], "disposition": "reschedule_asked"},
            ],
            "filters": [{"kind": "strip"}],
        },
    )


def _step(channel: str, template: Json, sender_id: str, address_field: str) -> Json:
    return {
        "channel": channel,
        "template_id": template["id"],
        "sender_id": sender_id,
        "address_field": address_field,
    }


async def _preview(api: ApiClient, campaign_id: str, say: Say) -> str:
    started = await api.post(f"/campaigns/{campaign_id}/preview")
    preview = await api.wait_for(f"/previews/{started['id']}", "state", "done", "failed", say=say)
    say(
        f"Preview of every row: {preview['counts']}, {preview['parts']} parts, "
        f"about {preview['estimated_cost']} {preview['currency']}"
    )
    for reason, count in preview["reasons"].items():
        say(f"  {count:>4}  {reason}")
    found = await api.get(f"/previews/{preview['id']}/messages", limit="1", verdict="will_send")
    say(f"  such as: {found['items'][0]['body']}")
    return str(preview["content_hash"])


async def _watch(api: ApiClient, fire_id: str, say: Say) -> None:
    """Show progress while it sends; return when nothing is pending."""
    shown = ""

    async def look() -> Json:
        nonlocal shown
        fire = await api.get(f"/fires/{fire_id}")
        ledger = fire["ledger"]
        line = f"{fire['percent']:>3} %  " + "  ".join(f"{name} {ledger[name]}" for name in LEDGER)
        if line != shown:
            say(line)
        shown = line
        return fire

    await wait_while_moving(
        "all messages to be sent", look, lambda fire: fire["status"] in SETTLED, say=say, pause=1
    )


LEDGER = ("planned", "sent", "skipped", "failed", "unknown", "pending")


async def _answer(simulator: SimulatorClient, api: ApiClient, sample: Sample, say: Say) -> None:
    """Answer as patients would."""
    for handset, body in zip(sample.answerable, ANSWERS, strict=False):
        await simulator.reply(handset, body)
    replies = (
        await wait_while_moving(
            f"the {len(ANSWERS)} answers to arrive",
            lambda: api.get("/replies"),
            lambda found: len(found["items"]) >= len(ANSWERS),
            say=say,
        )
    )["items"]
    say(f"{len(replies)} people answered:")
    for reply in replies:
        taken_for = reply["disposition"] or reply["meaning"]
        say(f"  {reply['address']}: {reply['body']!r} -> {taken_for} {reply['note']}".rstrip())


async def _settled(api: ApiClient, fire_id: str, sample: Sample, say: Say) -> Json:
    """The report once receipts settled what the provider's answers left unknown, or as it then stands."""

    def is_settled(report: Json) -> bool:
        is_quiet = report["deliveries"].get("sending", 0) + report["deliveries"].get("sent", 0) == 0
        return bool(is_quiet and report["ledger"]["unknown"] == sample.ledger["unknown"])

    path = f"/fires/{fire_id}/report"
    try:
        return await wait_while_moving(
            "all receipts to arrive", lambda: api.get(path), is_settled, say=say, pause=0.5
        )
    except NoProgress as stopped:
        say(str(stopped))
        return await api.get(path)


def _show(report: Json, say: Say) -> None:
    say(f"\nThe fire {report['status'].replace('_', ' ')}; its ledger:")
    for name in LEDGER:
        say(f"  {name:<8} {report['ledger'][name]:>5}")
    for title in ("skipped", "failed", "unknown", "deliveries", "undelivered", "dispositions"):
        for reason, count in report[title].items():
            say(f"  {title:<12} {count:>5}  {reason}")


async def _doubled(simulator: SimulatorClient) -> int:
    """How many texts or mails a person got twice; the simulators' own books are the judge."""
    seen: set[tuple[str, str]] = set()
    doubled = 0
    for message in await simulator.messages():
        if message["incoming"]:
            continue
        key = (message["handset"], message["body"])
        doubled += key in seen
        seen.add(key)
    return doubled


def _is_as_expected(report: Json, file: Json, sample: Sample, doubled: int, say: Say) -> bool:
    faults = [
        f"{name} is {report['ledger'][name]}, not {expected}"
        for name, expected in sample.ledger.items()
        if report["ledger"][name] != expected
    ]
    if file["rejected_count"] != sample.rejected_count:
        faults.append(f"{file['rejected_count']} rows were rejected, not {sample.rejected_count}")
    if doubled:
        faults.append(f"{doubled} messages came twice")
    for fault in faults:
        say(f"NOT AS EXPECTED: {fault}")
    if not faults:
        say("\nThe ledger closes as the file demands, and nobody got anything twice.")
    return not faults
