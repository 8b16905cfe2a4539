#!/usr/bin/env bash
# Package and version: hl7apy 1.3.5, beside hl7 0.4.5.
# Behavior: a message that is parsed and written again is another one. Escape sequences that hl7apy does not know
#   are escaped once more: the line break \.br\ and the hexadecimal \X0D\ of HL7 version 2 (chapter 2, use of
#   escape sequences in text fields) come out as \E\.br\E\ and \E\X0D\E\, which mean the literal text. `value`
#   gives the same. hl7 writes what it read, and its `unescape` gives the line break.
# Output seen, and when (2026-11-28):
#   hl7apy: NTE|1||take one\E\.br\E\at noon \T\ night \E\X41\E\
#   hl7:    NTE|1||take one\.br\at noon \T\ night \X41\
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "hl7apy==1.3.5" "hl7==0.4.5"
cat > "$folder/escapes.py" <<'PYTHON'
import hl7
from hl7apy.parser import parse_message

NOTE = r"NTE|1||take one\.br\at noon \T\ night \X41" + "\\"
TEXT = "MSH|^~\\&|DESK|CLINIC|||20270601||SIU^S12|1|P|2.5\rSCH|1\r" + NOTE + "\r"

written = parse_message(TEXT, find_groups=False).to_er7()
note = next(line for line in written.split("\r") if line.startswith("NTE"))
print("hl7apy:", note)
assert note == NOTE.replace(r"\.br" + "\\", r"\E\.br\E" + "\\").replace(r"\X41" + "\\", r"\E\X41\E" + "\\")

message = hl7.parse(TEXT)
print("hl7:   ", str(message.segment("NTE")))
assert str(message.segment("NTE")) == NOTE
assert message.unescape(str(message.segment("NTE")[3])) == "take one\rat noon & night A"
PYTHON
"$folder/venv/bin/python" "$folder/escapes.py"
