"""Run a corpus of replies through the one reading there is: python -m tests.kit.read_replies FILE.json

Prints one JSON line a case, in the corpus's order. What cannot be read, and what is odd, is told on stderr;
then it exits with 1. The format is in docs/replies-corpus.md.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.record import replace
from shared.domain.replies.asked import Appointment, Question, Reading, ReplyMeaning, WrittenReply
from shared.domain.replies.read_reply import read_reply
from tests.kit.case_faults import doubts_of, faults_of

Case = Mapping[str, Any]
_FORM = 'a list of cases, or {"situations": {…}, "cases": […]}'


class WrongCorpus(Exception):
    """The file holds no corpus; says why, and how to mend it."""


def read_corpus(path: Path) -> dict[str, Any]:
    """The situations and cases of a file. Raises WrongCorpus."""
    try:
        corpus = json.loads(path.read_bytes(), object_pairs_hook=_as_object)
    except OSError as error:
        raise WrongCorpus(f"cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise WrongCorpus(f"is not in UTF-8 at byte {error.start + 1}: save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise WrongCorpus(f"is no JSON: {error}. It must hold {_FORM}.") from None
    except RecursionError:
        raise WrongCorpus(f"is nested too deeply. It must hold {_FORM}.") from None
    corpus = {"cases": corpus} if isinstance(corpus, list) else corpus
    if not isinstance(corpus, dict) or not isinstance(corpus.get("cases"), list):
        raise WrongCorpus(f"must hold {_FORM}.")
    corpus = {"situations": {}} | corpus
    _check_objects(corpus)
    return corpus


def _check_objects(corpus: Mapping[str, Any]) -> None:
    situations, cases = corpus["situations"], corpus["cases"]
    if not isinstance(situations, dict) or not all(isinstance(one, dict) for one in situations.values()):
        raise WrongCorpus('must have situations such as {"name": {"language": "en", …}}.')
    if not cases:
        raise WrongCorpus("has no cases.")
    for number, case in enumerate(cases, start=1):
        if not isinstance(case, dict) or not isinstance(case.get("situation") or "", str):
            raise WrongCorpus(f'has a case {number} that is none: it must be like {{"reply": …, …}}.')


def _as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        start = json.dumps(made, ensure_ascii=False)[:60]
        raise WrongCorpus(f"has the key {twice!r} twice in one object, {start}…: take one of them out.")
    return made


def cases_of(corpus: Any) -> Iterator[Case]:
    """The cases, each with what its situation says and it does not say itself."""
    if isinstance(corpus, list):
        corpus = {"cases": corpus}
    situations = corpus.get("situations", {})
    for number, case in enumerate(corpus["cases"], start=1):
        whole = {**situations.get(case.get("situation") or "", {}), **case}
        yield {**whole, "id": str(number) if whole.get("id") is None else whole["id"]}


def questions_of(case: Case) -> list[Question]:
    """What was asked in the case."""
    return [_question(one, number, case) for number, one in enumerate(case.get("questions") or (), start=1)]


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
            for one in said.get("options") or ()
        ),
        sent_at=_moment(said.get("sent_at"), zone),
        deadline=_moment(said.get("deadline"), zone),
        provider_id=said.get("provider_id"),
        language=(said.get("language") or case.get("language") or "en")[:2].lower(),
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
    for said in case.get("earlier") or ():
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


def main(path: str) -> int:
    """Print the reading of each case of the file; 0, or 1 where something is wrong with one of them."""
    try:
        corpus = read_corpus(Path(path))
    except WrongCorpus as wrong:
        _tell(f"{path} {wrong}")
        return 1
    is_right = True
    for case in cases_of(corpus):
        faults = faults_of(case, corpus["situations"])
        doubts = [] if faults else doubts_of(case)
        for said in (*faults, *doubts):
            _tell(f"case {case['id']}: {said}.")
        is_right = is_right and not faults and not doubts
        shown = {"id": case["id"], "error": "; ".join(faults)} if faults else as_json(case, read_case(case))
        print(json.dumps(shown, ensure_ascii=False))  # noqa: T201  # its output
    return 0 if is_right else 1


def _tell(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201  # what is wrong


def _run() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.kit.read_replies", description=__doc__)
    parser.add_argument("file", metavar="FILE.json", help="the corpus, as docs/replies-corpus.md has it")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # whatever the terminal's; half a pair of surrogates stays one
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = main(parser.parse_args().file)
        sys.stdout.flush()
    except BrokenPipeError:  # of head, which has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(_run())
