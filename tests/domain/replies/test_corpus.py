"""Our own corpus: what a careful receptionist understands, written down before the rules were run on it.

python -m pytest tests/domain/replies/test_corpus.py -s prints the figures by language.
"""

import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

from tests.kit.judged_replies import Fault, fault_of, figures, is_false_refusal
from tests.kit.read_replies import Case, as_json, cases_of, main, read_case

PATH = Path(__file__).with_name("corpus.json")
NEEDLESS_PERCENT, SERIOUS_PERCENT, FALSE_REFUSALS_PERCENT = 10, 2, 1
LANGUAGES = ("en", "es", "fr", "pt")


@cache
def judged() -> list[tuple[Case, Fault | None, bool]]:
    cases = cases_of(json.loads(PATH.read_text(encoding="utf-8")))
    read = ((case, case["expected"], read_case(case)) for case in cases)
    return [(case, fault_of(meant, got), is_false_refusal(meant, got)) for case, meant, got in read]


def by_language() -> dict[str, Counter[Fault | None]]:
    counts: dict[str, Counter[Fault | None]] = defaultdict(Counter)
    for case, fault, _ in judged():
        counts[case["language"]][fault] += 1
    return counts


def false_refusals() -> Counter[str]:
    return Counter(case["language"] for case, _, is_silenced in judged() if is_silenced)


def test_no_reply_is_taken_for_its_opposite() -> None:
    assert [case["reply"] for case, fault, _ in judged() if fault is Fault.GRAVE] == []


def test_few_replies_are_misread_or_handed_over_without_need() -> None:
    counts, silenced = by_language(), false_refusals()
    print("\n" + figures(counts, silenced))  # noqa: T201  # the figures by language
    for language in LANGUAGES:
        total = sum(counts[language].values())
        assert total >= 80
        assert counts[language][Fault.SERIOUS] * 100 <= SERIOUS_PERCENT * total
        assert silenced[language] * 100 <= FALSE_REFUSALS_PERCENT * total
        assert counts[language][Fault.NEEDLESS] * 100 <= NEEDLESS_PERCENT * total


def test_the_tool_prints_a_reading_for_each_case(tmp_path: Path, capsys: Any) -> None:
    corpus = json.loads(PATH.read_text(encoding="utf-8"))
    few = tmp_path / "few.json"
    few.write_text(json.dumps({**corpus, "cases": corpus["cases"][:3]}))
    main(str(few))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    cases = list(cases_of(corpus))[:3]
    assert lines == [json.loads(json.dumps(as_json(case, read_case(case)))) for case in cases]
    assert lines[0]["appointments"] == {
        "a": {"disposition": "confirmed", "question": "q", "contradicts_earlier": False}
    }
