"""Run a corpus of replies through the one reading there is: python -m tests.kit.read_replies FILE.json

Prints one JSON line a case, in the corpus's order. The format is in docs/replies-corpus.md.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.record import replace
from shared.domain.replies.asked import Appointment, Question, Reading, ReplyMeaning, WrittenReply
from shared.domain.replies.read_reply import read_reply

Case = Mapping[str, Any]


def cases_of(corpus: Any) -> Iterator[Case]:
    """The cases, each with what its situation says and it does not say itself."""
    if isinstance(corpus, list):
        corpus = {"cases": corpus}
    situations = corpus.get("situations", {})
    for number, case in enumerate(corpus["cases"], start=1):
        yield {"id": str(number), **situations.get(case.get("situation", ""), {}), **case}


def questions_of(case: Case) -> list[Question]:
    """What was asked in the case."""
    return [_question(one, number, case) for number, one in enumerate(case.get("questions", ()), start=1)]


def _question(said: Mapping[str, Any], number: int, case: Case) -> Question:
    question_id = str(said.get("id", number))
    zone = said.get("time_zone") or case.get("time_zone")
    appointments = said.get("appointments") or [said.get("appointment") or {}]
    return Question(
        id=question_id,
        appointments=tuple(
            Appointment(
                key=str(one.get("key") or one.get("id") or f"{question_id}/{place}"),
                at=_moment(one.get("at"), zone),
                name=one.get("name") or "",
                service=one.get("service") or "",
                disposition=Disposition(one["disposition"]) if one.get("disposition") else None,
                deadline=_moment(one.get("deadline"), zone),
            )
            for place, one in enumerate(appointments, start=1)
        ),
        options=tuple(
            ReplyOption(words=tuple(one["words"]), disposition=Disposition(one["disposition"]))
            for one in said.get("options", ())
        ),
        sent_at=_moment(said.get("sent_at"), zone),
        deadline=_moment(said.get("deadline"), zone),
        provider_id=said.get("provider_id"),
        language=said.get("language") or case.get("language") or "en",
        text=said.get("text") or "",
    )


def _moment(text: str | None, zone: str | None) -> datetime | None:
    """A time with its offset; on the clock of `zone` where one is named."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    if zone:
        return at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at.astimezone(ZoneInfo(zone))
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo("UTC"))


def read_case(case: Case) -> Reading:
    """What the case's reply means, after the earlier replies were read and applied."""
    questions = questions_of(case)
    is_refused = bool(case.get("opted_out"))
    for said in case.get("earlier", ()):
        earlier = read_reply(questions, _reply(said, case, is_refused))
        is_refused = {ReplyMeaning.OPT_OUT: True, ReplyMeaning.OPT_IN: False}.get(earlier.outcome, is_refused)
        questions = [_applied(question, earlier) for question in questions]
    return read_reply(questions, _reply(case["reply"], case, is_refused))


def reply_of(case: Case) -> WrittenReply:
    """The case's reply, without what the earlier ones changed."""
    return _reply(case["reply"], case, bool(case.get("opted_out")))


def _reply(said: Any, case: Case, is_refused: bool) -> WrittenReply:
    said = {"body": said} if isinstance(said, str) else said
    written_at = _moment(said.get("written_at") or case.get("written_at"), case.get("time_zone"))
    if written_at is None:
        raise ValueError(f"case {case['id']}: the reply has no written_at")
    return WrittenReply(
        body=said["body"],
        written_at=written_at,
        replies_to=said.get("replies_to"),
        is_opt_out=bool(said.get("is_opt_out")),
        is_opt_in=bool(said.get("is_opt_in")),
        is_refused=is_refused,
    )


def _applied(question: Question, reading: Reading) -> Question:
    given = {(one.question_id, one.appointment_key): one.disposition for one in reading.answers}
    appointments = (
        replace(one, disposition=given.get((question.id, one.key), one.disposition))
        for one in question.appointments
    )
    return replace(question, appointments=tuple(appointments))


def as_json(case: Case, reading: Reading) -> dict[str, Any]:
    """The reading of a case in plain JSON."""
    return {
        "id": case["id"],
        "outcome": reading.outcome,
        "appointments": {
            one.appointment_key: {
                "disposition": one.disposition,
                "question": one.question_id,
                "contradicts_earlier": one.contradicts_earlier,
            }
            for one in reading.answers
        },
        "flags": sorted(reading.flags),
        "may_also_mean": reading.may_also_mean,
        "person": reading.needs_person,
        "candidates": list(reading.candidates),
        "reason": reading.reason,
    }


def main(path: str) -> None:
    """Print the reading of each case of the file."""
    for case in cases_of(json.loads(Path(path).read_text())):
        print(json.dumps(as_json(case, read_case(case)), ensure_ascii=False))  # noqa: T201  # its output


if __name__ == "__main__":
    main(sys.argv[1])
