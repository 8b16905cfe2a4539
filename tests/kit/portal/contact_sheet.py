"""One page of all pictures that the browser tests left: `make screens`.

With `--document` those of the README go into docs/pictures.
"""

import base64
import shutil
import sys
from html import escape
from pathlib import Path

from tests.kit.architecture.source_tree import ROOT
from tests.kit.portal.browser import README_SCREENS, SCREENS

PICTURES = ROOT / "docs/pictures"
STYLE = (
    "body{font:14px system-ui;margin:1rem;background:#eee}figure{display:inline-block;margin:.5rem;"
    "vertical-align:top;background:#fff;padding:.5rem}img{height:22rem;display:block}"
)


def contact_sheet(folder: Path) -> str:
    """A page with the pictures of a folder, each under its name, with the pictures inside."""
    figures = [
        f'<figure><a href="{escape(one.name)}"><img alt="{escape(one.stem)}" src="data:image/png;base64,'
        f'{base64.b64encode(one.read_bytes()).decode()}"></a><figcaption>{escape(one.stem)}</figcaption></figure>'
        for one in sorted(folder.glob("*.png"))
    ]
    title = f"{len(figures)} pictures of the portal"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><style>{STYLE}</style>"
        f"<h1>{title}</h1>{''.join(figures)}</html>"
    )


def main() -> int:
    """Write the sheet beside the pictures. 1 when there are none."""
    if not any(SCREENS.glob("*.png")):
        sys.stderr.write("There are no pictures yet: run the browser tests of tests/portal first.\n")
        return 1
    sheet = SCREENS / "index.html"
    sheet.write_text(contact_sheet(SCREENS), encoding="utf-8")
    sys.stdout.write(f"{sheet}\n")
    if "--document" in sys.argv[1:]:
        for picture in sorted(README_SCREENS.glob("*.jpg")):
            shutil.copy(picture, PICTURES / picture.name)
            sys.stdout.write(f"{PICTURES / picture.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
