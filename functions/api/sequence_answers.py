"""What the API answers of people in sequences, of their emails, and of the plan."""

from datetime import date, datetime

from functions.api.kit.shapes import Output
from shared.domain.sequences.enrolling import EnrollingState
from shared.domain.sequences.enrollment import END_WORDS, EndReason, Enrollment, EnrollmentState
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.views.scheduled_emails import ShownEmail
from shared.views.sequences import DayLoad, EnrollmentPath, ShownPlan


class PreviewedStepOutput(Output):
    """An email as the contact would get it, at `at` at the earliest; `problem` says why it could not."""

    step_id: str
    position: int
    at: datetime
    subject: str
    body: str
    html: str
    problem: str


class PreviewOutput(Output):
    """All emails of a sequence, in their order."""

    items: tuple[PreviewedStepOutput, ...]


class EnrollingOutput(Output):
    """People who are brought into a sequence, and what became of them so far.

    `already` were in it before, `refused` want no mail or cannot be reached. `note` says why it was refused.
    """

    id: str
    sequence_id: str
    state: EnrollingState
    enrolled: int
    already: int
    without_address: int
    refused: int
    note: str
    created_at: datetime


class EnrollmentOutput(Output):
    """One contact's place in a sequence. `current_step` is the position that was sent last, 0 before."""

    id: str
    sequence_id: str
    contact_id: str | None
    address: str
    state: EnrollmentState
    enrolled_at: datetime
    current_step: int
    mailbox_id: str | None
    completed_at: datetime | None
    ended_at: datetime | None
    end_reason: EndReason | None
    end_note: str

    @classmethod
    def derived(cls, record: Enrollment) -> dict[str, object]:
        """Why it ended, in words."""
        words = END_WORDS[record.end_reason] if record.end_reason else ""
        return {"end_note": " ".join(part for part in (words, record.end_note) if part)}


class ScheduledEmailOutput(Output):
    """One planned send. `mailbox_id` and `send_at` are null until it is planned; `why` is in words."""

    id: str
    enrollment_id: str
    sequence_id: str
    step_id: str
    position: int
    address: str
    time_zone: str
    status: EmailStatus
    due_at: datetime
    send_at: datetime | None
    mailbox_id: str | None
    mailbox_email: str
    message_id: str | None
    note: str
    why: str

    @classmethod
    def derived(cls, record: ShownEmail) -> dict[str, object]:
        """The fields of the email itself."""
        own = cls.model_fields.keys() - {"why", "mailbox_email"}
        return {name: getattr(record.email, name) for name in own}


class EnrollmentPathOutput(EnrollmentOutput):
    """One contact's way through a sequence: its emails so far, and the next one."""

    emails: tuple[ScheduledEmailOutput, ...]

    @classmethod
    def shown(cls, path: EnrollmentPath) -> "EnrollmentPathOutput":
        """The enrollment with its emails."""
        return cls.of(path.enrollment, emails=tuple(map(ScheduledEmailOutput.of, path.emails)))


class FinishOutput(Output):
    """When a sequence has sent its last email, by the plan."""

    sequence_id: str
    finishes_at: datetime


class DayLoadOutput(Output):
    """How many emails a mailbox sends on a day by the plan, later steps included, of how many it may."""

    mailbox_id: str
    day: date
    emails: int
    capacity: int


class ReplanningOutput(Output):
    """How far people were moved after the last change; `ended_at` is null while that goes on.

    Of sequences whose steps were changed `looked_at` people were looked at, and `changed` of them get other
    steps or wait other days. Then `moved` of `to_move` emails got another mailbox or time.
    """

    begun_at: datetime
    looked_at: int
    changed: int
    to_move: int | None
    moved: int
    ended_at: datetime | None


class PlanOutput(Output):
    """The plan of all sequences. `unplaced` emails find no day at all: no mailbox, or no open day."""

    planned_at: datetime | None
    unplaced: int
    finishes: tuple[FinishOutput, ...]
    replanning: ReplanningOutput | None
    loads: tuple[DayLoadOutput, ...]

    @classmethod
    def derived(cls, record: ShownPlan) -> dict[str, object]:
        """The finish dates as a list, the earliest first."""
        ends = sorted(record.finishes_at.items(), key=lambda one: (one[1], one[0]))
        loads: tuple[DayLoad, ...] = record.loads
        return {
            "finishes": tuple(FinishOutput(sequence_id=one, finishes_at=at) for one, at in ends),
            "loads": tuple(map(DayLoadOutput.of, loads)),
        }
