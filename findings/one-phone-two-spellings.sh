#!/usr/bin/env bash
# Package and version: phonenumbers 9.0.43 (PyPI).
# Behavior: phones that their countries and messaging providers write in two ways are two numbers, or one of them is
#   none: Mexico with the former 1 is not possible; Argentina without the 9 is a valid fixed line of the same digits;
#   Brazil's mobiles without the ninth digit are possible and not valid; Benin's and Ivory Coast's numbers of before
#   2024 and 2021 are not possible. No metadata leads from one spelling to the other.
# Output seen, and when (2026-11-28):
#   +5215512345678 possible=False valid=False | +525512345678 possible=True valid=True | NSN_MATCH=False
#   +541123456789 possible=True valid=True | +5491123456789 possible=True valid=True | NSN_MATCH=False
#   +551187654321 possible=True valid=False | +5511987654321 possible=True valid=True | NSN_MATCH=False
#   +22997123456 possible=False valid=False | +2290197123456 possible=True valid=True | NSN_MATCH=False
#   +22507654321 possible=False valid=False | +2250707654321 possible=True valid=True | NSN_MATCH=False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet phonenumbers==9.0.43
"$folder/venv/bin/python" - <<'PY'
import phonenumbers
from phonenumbers import MatchType

PAIRS = {
    ("+5215512345678", "+525512345678"): (False, False),
    ("+541123456789", "+5491123456789"): (True, True),
    ("+551187654321", "+5511987654321"): (True, False),
    ("+22997123456", "+2290197123456"): (False, False),
    ("+22507654321", "+2250707654321"): (False, False),
}
for (former, present), expected in PAIRS.items():
    shown, seen = [], []
    for text in (former, present):
        number = phonenumbers.parse(text)
        seen.append((phonenumbers.is_possible_number(number), phonenumbers.is_valid_number(number)))
        shown.append(f"{text} possible={seen[-1][0]} valid={seen[-1][1]}")
    match = phonenumbers.is_number_match(former, present)
    is_same = match in (MatchType.EXACT_MATCH, MatchType.NSN_MATCH)
    print(" | ".join(shown), "|", f"NSN_MATCH={is_same}")
    assert seen == [expected, (True, True)] and not is_same
PY
