#!/usr/bin/env bash
# Package and version: python-calamine 0.9.1 (PyPI), on a workbook written by openpyxl 3.1.5 and an ODS file.
# Behavior: a cell that holds an error (#N/A) is given as '', as a cell with an empty text is, so the two cannot be
#   told apart; in ODS a tab and a line break inside a paragraph vanish, so words grow together, and a duration of
#   a day and more is given as the file writes it, where a shorter one is a time or a timedelta.
# Output seen, and when (2026-11-28):
#   ['', '', 'x']
#   ['onetwothree', 'PT26H30M00S']
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet python-calamine==0.9.1 openpyxl==3.1.5
venv/bin/python - <<'PY'
import zipfile
import openpyxl
from python_calamine import CalamineWorkbook

book = openpyxl.Workbook()
book.active.append(["#N/A", "", "x"])
book.save("errors.xlsx")
with zipfile.ZipFile("lines.ods", "w") as archive:
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    archive.writestr(
        "META-INF/manifest.xml",
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
    )
    archive.writestr(
        "content.xml",
        f"<office:document-content{names}><office:body><office:spreadsheet><table:table table:name='A'>"
        "<table:table-row><table:table-cell office:value-type='string'>"
        "<text:p>one<text:tab/>two<text:line-break/>three</text:p></table:table-cell>"
        "<table:table-cell office:value-type='time' office:time-value='PT26H30M00S'><text:p>26:30</text:p>"
        "</table:table-cell></table:table-row>"
        "</table:table></office:spreadsheet></office:body></office:document-content>",
    )
seen = [CalamineWorkbook.from_path(name).get_sheet_by_index(0).to_python()[0] for name in ("errors.xlsx", "lines.ods")]
print(*seen, sep="\n")
assert seen == [["", "", "x"], ["onetwothree", "PT26H30M00S"]]
PY
