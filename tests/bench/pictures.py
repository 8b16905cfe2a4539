"""The pictures of the document: speed by work, and speed and cost by size.

The same figures give the same bytes.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pygal
from pygal.style import Style

GRAY = "#7d8590"  # readable on white and on black alike
STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground=GRAY,
    foreground_strong=GRAY,
    foreground_subtle=GRAY,
    guide_stroke_color=GRAY,
    major_guide_stroke_color=GRAY,
    value_colors=(GRAY,) * 4,
    colors=("#2f81f7", "#9aa0a6", "#db6d28", "#3fb950"),
    font_family="sans-serif",
    title_font_size=18,
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=13,
    value_font_size=12,
)
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
    chart = pygal.HorizontalBar(**_options("Messages a second, fire to last accepted"), logarithmic=True)
    chart.x_labels = [one["case"] for one in reversed(found)]
    whose = [("Rollcall", "rollcall"), ("bare loop, no guarantee", "bare"), ("Rollcall before", "base")]
    for title, key in whose:
        if all(key in one for one in found):
            chart.add(title, [one[key]["per_second"] for one in reversed(found)])
    others = {one["case"]: one["per_second"] for one in peers}
    if others:
        chart.add("Celery, django-post-office", [others.get(one["case"]) for one in reversed(found)])
    return chart


def speed_by_size(found: list[dict[str, Any]]) -> pygal.Line:
    """Milliseconds a message by size: flat is good."""
    chart = pygal.Line(
        **_options("Milliseconds a message, by messages of a fire"), range=_range(found, _each)
    )
    chart.x_labels = [f"{one['count']:,}" for one in found]
    chart.add("fire to last accepted", [round(_each(one), 3) for one in found])
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


def _each(one: Mapping[str, Any]) -> float:
    return float(one["seconds"]) / int(one["count"]) * 1000


def _range(found: list[dict[str, Any]], of: Any) -> tuple[float, float]:
    return 0, max(of(one) for one in found) * 1.1


def _options(title: str) -> dict[str, Any]:
    return SIZE | {
        "title": title,
        "style": STYLE,
        "js": (),
        "no_prefix": True,  # otherwise each has an id at random
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 4,
        "print_values": True,
        "value_formatter": lambda value: f"{value:,.0f}" if value >= 20 else f"{value:.2f}",
    }


def _write(path: Path, chart: Any) -> None:
    path.write_text(MOVING.sub("", chart.render().decode()) + "\n", encoding="utf-8")
