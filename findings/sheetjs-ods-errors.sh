#!/usr/bin/env bash
# Package and version: xlsx (SheetJS) 0.18.5 (npm).
# Behavior: written as ODS, a cell that holds an error (#N/A) becomes an empty cell, where the same sheet written as
#   XLSX keeps it: who reads the ODS file cannot know that a value is missing. The number format of a cell is
#   lost there too: 6.05 shown as $6.05 is shown as 6.05.
# Output seen, and when (2026-11-28):
#   ods [{"t":"s","v":"B"},null,"6.05"]
#   xlsx [{"t":"s","v":"B"},{"t":"e","v":42},"$6.05"]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund xlsx@0.18.5
node -e '
const XLSX = require("xlsx");
const money = { t: "n", v: 6.05, z: "$#,##0.00" };
const sheet = { "!ref": "A1:C1", A1: { t: "s", v: "B" }, B1: { t: "e", v: 42 }, C1: money };
const book = XLSX.utils.book_new();
XLSX.utils.book_append_sheet(book, sheet, "A");
const seen = {};
for (const bookType of ["ods", "xlsx"]) {
  const read = XLSX.read(XLSX.write(book, { type: "buffer", bookType }), { type: "buffer" }).Sheets.A;
  const plain = (cell) => (cell ? { t: cell.t, v: cell.v } : null);
  seen[bookType] = [plain(read.A1), plain(read.B1), read.C1.w];
  console.log(bookType, JSON.stringify(seen[bookType]));
}
require("assert").deepStrictEqual(seen, {
  ods: [{ t: "s", v: "B" }, null, "6.05"],
  xlsx: [{ t: "s", v: "B" }, { t: "e", v: 42 }, "$6.05"],
});
'
