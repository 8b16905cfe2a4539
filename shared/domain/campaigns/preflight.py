"""What a campaign's frozen content lacks, found before anybody is sent anything."""

import difflib
from collections.abc import Iterator

from shared.domain.campaigns.check_fields import check_field_kinds
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step
from shared.domain.errors import Problem
from shared.domain.files.source import FieldType
from shared.domain.templates.rendering import (
    Compiled,
    FieldMissing,
    KindUnfit,
    RenderFailed,
    compile_text,
    fields_of,
    render,
    render_values,
)
from shared.domain.templates.template import Template
from shared.domain.templates.template_checks import comparison_faults

# A value each type can hold; as text, one that filters for numbers take too.
_EXAMPLES: dict[FieldType, str] = {
    FieldType.DATE: "2026-11-30",
    FieldType.TIME: "14:30",
    FieldType.DATETIME: "2026-11-30T14:30",
}
_EXAMPLE = "1"


def content_problems(content: CampaignContent) -> Iterator[Problem]:
    """Every step that has no from, to, subject or body, or whose template needs a field no row can have.

    And what else of the campaign does not go with the source, which may have changed since it was saved.
    """
    yield from check_field_kinds(content.campaign, content.field_types)
    for index, step in enumerate(content.campaign.steps):
        where = f"steps[{index}]"
        template, sender = content.templates[step.template_id], content.senders[step.sender_id]
        if not sender.address.strip():
            yield Problem(field=f"{where}.sender_id", reason="this sender has no address to send from")
        yield from _address_problems(content, step, where)
        for reason in _template_faults(content, template):
            yield Problem(field=f"{where}.template_id", reason=reason)


def _address_problems(content: CampaignContent, step: Step, where: str) -> Iterator[Problem]:
    if step.address_field not in content.field_types:
        reason = f"{step.address_field!r} is not a field of the source{_near(step.address_field, content)}"
        yield Problem(field=f"{where}.address_field", reason=reason)


def _template_faults(content: CampaignContent, template: Template) -> Iterator[str]:
    if not template.body.strip():
        yield f"the template {template.name!r} has no body"
    if template.channel.record.lacks_subject(template.subject):
        yield f"the template {template.name!r} has no subject"
    for text in (template.subject, template.body):
        compiled = compile_text(text, template.language)
        for fault in dict.fromkeys(_misfits(content, compiled)):
            yield f"the template {template.name!r} does not go with the source: {fault}"
        for field in _unprovided(content, compiled):
            yield (
                f"the template {template.name!r} needs the field {field!r}, which no column of the source "
                f"provides{_near(field, content)}"
            )


def _misfits(content: CampaignContent, compiled: Compiled) -> Iterator[str]:
    """What the text asks of fields that no value of their column has, whatever the row."""
    faults = tuple(comparison_faults(compiled.liquid, content.field_types))
    if faults:
        yield from faults
        return  # rendering would say the same, less clearly
    others = dict.fromkeys(fields_of(compiled), _EXAMPLE)
    for flag in ("true", "false"):
        values = {**others, **_examples(content, flag)}
        try:
            render(compiled, render_values(values, content.field_types))
        except KindUnfit as unfit:
            yield unfit.reason
        except (FieldMissing, RenderFailed):
            continue  # the example does not go with the text: the preview shows what real rows do


def _examples(content: CampaignContent, flag: str = "true") -> dict[str, str]:
    examples = _EXAMPLES | {FieldType.BOOLEAN: flag}
    return {name: examples.get(kind, _EXAMPLE) for name, kind in content.field_types.items()}


def _unprovided(content: CampaignContent, compiled: Compiled) -> list[str]:
    """The fields no column provides, and that the text cannot do without."""
    unknown = sorted(fields_of(compiled) - set(content.field_types))
    examples = _examples(content)
    found = []
    for field in unknown:
        others = {name: _EXAMPLE for name in unknown if name != field}
        values = render_values({**examples, **others}, content.field_types)
        try:
            render(compiled, values)
        except FieldMissing as missing:
            found.append(missing.field)
        except RenderFailed:
            continue  # the example does not go with the text: the preview shows what real rows do
    return found


def _near(field: str, content: CampaignContent) -> str:
    """A suggestion, when a field of the source is written much alike."""
    near = difflib.get_close_matches(field, content.field_types, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; it has: {', '.join(content.field_types)}"
