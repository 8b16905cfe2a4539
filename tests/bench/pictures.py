"""The pictures of the document: speed by work, and speed and cost by size.

The same figures give the same bytes. A program of its own: pygal puts an import hook of
the old kind into its process, of which Python 3.11 warns at every later import that fails.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pygal
from pygal.style import Style

GRAY = "#7d8590"  # readable on white and on black alike
INK = "#101418"  # of figures, which stand on the bars
STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=GRAY,
    foreground_strong=GRAY,
    foreground_subtle=GRAY,
    guide_stroke_color=GRAY,
    major_guide_stroke_color=GRAY,
    value_colors=(INK,) * 4,
    colors=("#58a6ff", "#b1bac4", "#f0883e", "#56d364"),
    opacity="1",
    font_family="sans-serif",
    title_font_size=18,
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=13,
    value_font_size=12,
)
DECADES, MOST = (10, 100, 1_000, 10_000), 30_000
SIZE = {"width": 800, "height": 400}
# What changes from day to day, and what a picture in a document never runs.
MOVING = re.compile(r"<!--.*?-->|<script.*?</script>", re.DOTALL)


def write_pictures(stored: Mapping[str, Any], folder: Path) -> None:
    """Draw what can be drawn of the parts that are stored."""
    folder.mkdir(exist_ok=True)
    if "throughput" in stored:
        peers = stored.get("peers", {"found": []})["found"]
        _write(folder / "throughput.svg", throughput(stored["throughput"]["found"], peers))
    if "sizes" in stored:
        _write(folder / "speed-by-size.svg", speed_by_size(stored["sizes"]["found"]))
        _write(folder / "cost-by-size.svg", cost_by_size(stored["sizes"]["found"]))


def throughput(found: list[dict[str, Any]], peers: list[dict[str, Any]]) -> pygal.Bar:
    """Messages a second by work, on a logarithmic axis: a bare loop of mails is a hundred times as fast."""
    options = _options("Messages a second, fire to last accepted")
    chart = pygal.HorizontalBar(**options, logarithmic=True, zero=DECADES[0], range=(DECADES[0], MOST))
    chart.y_labels = DECADES
    chart.x_labels = [one["case"] for one in reversed(found)]
    whose = [("Rollcall", "rollcall"), ("bare loop", "bare"), ("Rollcall before", "base")]
    for title, key in whose:
        if all(key in one for one in found):
            chart.add(title, [one[key]["per_second"] for one in reversed(found)])
    others = {one["case"]: one["per_second"] for one in peers}
    if others:
        chart.add("Celery, post-office", [others.get(one["case"]) for one in reversed(found)])
    return chart


def speed_by_size(found: list[dict[str, Any]]) -> pygal.Bar:
    """Milliseconds a message by size: flat is good."""
    title = "Milliseconds a message, by messages of a fire"
    chart = pygal.Bar(**_options(title), show_legend=False)
    chart.x_labels = [f"{one['count']:,}" for one in found]
    chart.add("", [round(one["seconds"] / one["count"] * 1000, 3) for one in found])
    return chart


def cost_by_size(found: list[dict[str, Any]]) -> pygal.StackedBar:
    """Processor seconds per 1,000 messages by size and program."""
    chart = pygal.StackedBar(**_options("Processor seconds per 1,000 messages, by messages of a fire"))
    chart.x_labels = [f"{one['count']:,}" for one in found]
    for name in ("send_batch", "queue_messages", "Firestore emulator"):
        chart.add(name, [one["processor"].get(name, 0) for one in found])
    named = {"send_batch", "queue_messages", "Firestore emulator"}
    rest = [sum(each for name, each in one["processor"].items() if name not in named) for one in found]
    chart.add("everything else", [round(each, 3) for each in rest])
    return chart


def _options(title: str) -> dict[str, Any]:
    return SIZE | {
        "title": title,
        "style": STYLE,
        "js": (),
        "no_prefix": True,  # otherwise each has an id at random
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 4,
        "truncate_legend": -1,
        "print_values": True,
        "value_formatter": lambda value: f"{value:,.0f}" if value >= 10 else f"{value:.2f}",
    }


def _write(path: Path, chart: Any) -> None:
    path.write_text(MOVING.sub("", chart.render().decode()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_pictures(json.load(sys.stdin), Path(sys.argv[1]))
