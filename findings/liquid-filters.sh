#!/usr/bin/env bash
# Package and version: python-liquid 2.3.6 (PyPI), beside liquidjs 10.30.1 (npm).
# Behavior: filters of python-liquid that change a text which fits, or reckon otherwise than people do. In order:
#   truncate cuts a text of exactly so many characters; truncatewords adds dots to one of exactly so many words (in
#   liquidjs too); round goes to the even neighbor, twice; a text that is no number counts as 0 (in liquidjs too);
#   the remainder of a negative decimal has the sign of the dividend, though that of a whole number has the sign of
#   the divisor; split keeps empty pieces at the end, and counts them.
# Output seen, and when (2026-11-28):
#   ["...", "one two...", "4.12", "2", "0", "-1.5", "1", "4"]
#   ["ENT", "one two...", "4.13", "3", "0", "0.5", "1", "2"]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >templates.json <<'JSON'
["{{ 'ENT' | truncate: 3 }}", "{{ 'one two' | truncatewords: 2 }}", "{{ 4.125 | round: 2 }}", "{{ 2.5 | round }}",
 "{{ 'none' | plus: 0 }}", "{{ -7.5 | modulo: 2 }}", "{{ -7 | modulo: 2 }}", "{{ 'a,b,,' | split: ',' | size }}"]
JSON
python3 -m venv venv
venv/bin/pip install --quiet python-liquid==2.3.6
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund liquidjs@10.30.1
venv/bin/python - <<'PY'
import json, liquid
seen = [liquid.render(text) for text in json.load(open("templates.json"))]
print(json.dumps(seen))
assert seen == ["...", "one two...", "4.12", "2", "0", "-1.5", "1", "4"]
PY
node -e '
const { Liquid } = require("liquidjs");
const engine = new Liquid();
const seen = require("./templates.json").map((text) => engine.parseAndRenderSync(text));
console.log(JSON.stringify(seen));
require("assert").deepStrictEqual(seen, ["ENT", "one two...", "4.13", "3", "0", "0.5", "1", "2"]);
'
