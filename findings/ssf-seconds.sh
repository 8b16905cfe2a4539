#!/usr/bin/env bash
# Package and version: ssf 0.11.2 (npm), beside numfmt 4.0.1 (npm).
# Behavior: where a time lies a few milliseconds below a full minute, ssf rounds the seconds to 60, shows 00 and keeps
#   the minute before: a minute off. It cannot show the format #,##0.0# at all.
# Output seen, and when (2026-11-28):
#   ["09:59:00","00:00:00","unsupported format |#,##0.0#|"]
#   ["10:00:00","00:01:00","34.3"]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund ssf@0.11.2 numfmt@4.0.1
cat >formats.mjs <<'JS'
import assert from "node:assert";
import SSF from "ssf";
import { format } from "numfmt";
const cases = [["hh:mm:ss", 0.41666666], ["hh:mm:ss", 46380.0006944], ["#,##0.0#", 34.3]];
const show = (write) => cases.map(([code, value]) => {
  try { return write(code, value); } catch (error) { return error.message; }
});
const seen = [show((code, value) => SSF.format(code, value)), show((code, value) => format(code, value))];
seen.forEach((row) => console.log(JSON.stringify(row)));
assert.deepStrictEqual(seen, [
  ["09:59:00", "00:00:00", "unsupported format |#,##0.0#|"],
  ["10:00:00", "00:01:00", "34.3"],
]);
JS
node formats.mjs
