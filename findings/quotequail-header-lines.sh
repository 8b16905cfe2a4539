#!/usr/bin/env bash
# Package and version: quotequail 0.5.4 (PyPI), which finds what a mail quotes.
# Behavior: the time of unwrap and unwrap_html grows with the square of the lines that look like headers ("X: y"). A
#   mail of 40,000 of them, 240 kB, which anybody may send, takes minutes. Lines without a colon take linear time.
# Output seen, and when (2026-11-30):
#   unwrap: 4 times the lines take 14 times as long
#   unwrap_html: 4 times the lines take 14 times as long
#   unwrap of lines without a colon: 4 times the lines take 4 times as long
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "quotequail==0.5.4"
cat >"$folder/run.py" <<'PY'
import time

from quotequail import unwrap, unwrap_html


def seconds(read, text):
    started = time.process_time()
    read(text)
    return time.process_time() - started


def growth(name, read, line):
    seconds(read, line * 10)  # what it loads
    few, many = (min(seconds(read, f"Yes{line * count}") for _ in range(3)) for count in (700, 2_800))
    print(f"{name}: 4 times the lines take {many / few:.0f} times as long")
    return many / few


assert growth("unwrap", unwrap, "\nX: y") > 8
assert growth("unwrap_html", unwrap_html, "<br>X: y") > 8
assert growth("unwrap of lines without a colon", unwrap, "\nX y") < 8
PY
"$folder/venv/bin/python" "$folder/run.py"
