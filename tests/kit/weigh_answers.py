"""Make the weights of shared/domain/replies/likely_answers.py: python -m tests.kit.weigh_answers

With --held-back nothing is written. Parts of the corpus are held back by turns and weighed by what the others
teach, as weigh_refusals.py does; it prints how many answers are taken that the rules alone were not sure of,
and which of them wrongly.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.heard import Heard
from shared.domain.replies.likely_answers import WEIGHED, WEIGHTS, likely
from shared.domain.replies.likeness import BASE, features_of
from shared.domain.replies.matter import Matter
from shared.domain.replies.open_questions import asked_of
from shared.domain.replies.verdict import NOT_OFFERED, Verdict, verdict
from tests.kit.read_replies import Case, cases_of, questions_of, reply_of
from tests.kit.weigh_refusals import CORPUS, fitted, heard_of, is_held, turns

_SMALLEST = 15  # hundredths; a lighter one is left out
_TAUGHT = (ReplyMeaning.ANSWER, ReplyMeaning.UNCLEAR, ReplyMeaning.OPT_OUT)


def weights_of(cases: Iterable[Case]) -> dict[str, tuple[int, ...]]:
    """The weight of each feature in hundredths, one for each answer of WEIGHED."""
    heard = ((case, heard_of(case)) for case in cases)
    taught = [(features_of(words), meant_by(case)) for case, words in heard if _is_taught(case, words)]
    columns = [fitted([(features, meant is one) for features, meant in taught]) for one in WEIGHED]
    names = sorted({name for column in columns for name in column})
    made = {name: tuple(_hundredths(name, column.get(name, 0.0)) for column in columns) for name in names}
    return {name: weights for name, weights in made.items() if any(weights)}


def meant_by(case: Case) -> Disposition | None:
    """The one answer that the case means, if it is one."""
    meant = set(case["expected"].get("appointments", {}).values())
    is_one = case["expected"]["outcome"] == ReplyMeaning.ANSWER and len(meant) == 1
    return Disposition(meant.pop()) if is_one else None


def _is_taught(case: Case, heard: Heard) -> bool:
    """Whether its words decide: one question is open, and it offers what they ask for."""
    found = _verdict_of(case, heard)
    outcome = case["expected"]["outcome"]
    if found is None or outcome not in _TAUGHT:
        return False
    return outcome != ReplyMeaning.UNCLEAR or found.reason != NOT_OFFERED or found.leaning is None


def _hundredths(name: str, weight: float) -> int:
    hundredths = round(weight * 100)
    return hundredths if name == BASE or abs(hundredths) >= _SMALLEST else 0


def held_back(cases: Sequence[Case]) -> Iterator[tuple[Case, Disposition]]:
    """The replies of one question where the others decide what the rules are not sure of, and the answer."""
    for turn in turns():
        made = weights_of(case for at, case in enumerate(cases) if not is_held(at, turn))
        weights = {
            one: {name: columns[at] / 100 for name, columns in made.items()} for at, one in enumerate(WEIGHED)
        }
        for case in (case for at, case in enumerate(cases) if is_held(at, turn)):
            heard = heard_of(case)
            found = _verdict_of(case, heard)
            said = likely(found, heard, weights) if found else None
            if said is not None:
                yield case, said


def _verdict_of(case: Case, heard: Heard) -> Verdict | None:
    reply = reply_of(case)
    targets = [one for one in asked_of(questions_of(case), reply).targets if one.question.options]
    if len(targets) != 1:
        return None
    question, appointment = targets[0].question, targets[0].appointment
    matter = Matter(options=question.options, appointment=appointment, written_at=reply.written_at)
    return verdict(heard.marks, matter)


def main(options: Sequence[str]) -> None:
    """Write the weights' file, or print what replies that were held back are taken for."""
    cases = list(cases_of(json.loads(CORPUS.read_text(encoding="utf-8"))))
    if "--held-back" in options:
        taken = list(held_back(cases))
        wrong = [(case["reply"], said) for case, said in taken if meant_by(case) is not said]
        print(f"{len(taken)} of {len(cases)} replies are taken, {len(wrong)} wrongly: {wrong}")  # noqa: T201  # what it is for
        return
    lines = ("\t".join((name, *map(str, weights))) for name, weights in weights_of(cases).items())
    WEIGHTS.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
