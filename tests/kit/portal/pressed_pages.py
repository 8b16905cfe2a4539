"""Pages that a form shows and stores nothing by: what is typed is counted, previewed, or what it would do."""

from collections.abc import Mapping

from msgspec import Struct

from tests.kit.portal.page_addresses import filled
from tests.kit.portal.page_forms import forms_of
from tests.kit.portal.visitor import Visitor

_LOOK = {"look": "on"}  # the button that asks what it would do


class Pressed(Struct, frozen=True):
    """The page that has the form, and what is filled in or pressed beside what stands in it."""

    seen: str
    fields: Mapping[str, str]


# By where the form goes.
PRESSED: dict[str, Pressed] = {
    "/campaigns/audience/count": Pressed("/campaigns/new?list={list_id}", {}),
    "/contacts/bulk": Pressed("/contacts", {"whom": "found", "deed": "add_tag", "new_tag": "called"}),
    "/segments/build": Pressed("/segments/{segment_id}", {"do": "group"}),
    "/segments/count": Pressed("/segments/{segment_id}", {}),
    "/templates/measure": Pressed("/campaigns/{campaign_id}/steps/new", {"body": "See you, {{ name }}"}),
    "/mailboxes/{mailbox_id}": Pressed("/mailboxes/{mailbox_id}", _LOOK),
    "/sequences/{sequence_id}": Pressed("/sequences/{sequence_id}/edit", _LOOK),
    "/sequences/{sequence_id}/steps": Pressed(
        "/sequences/{sequence_id}/steps/new", {"content": "Hi", **_LOOK}
    ),
    "/sequences/{sequence_id}/steps/preview": Pressed("/sequences/{sequence_id}/steps/{step_id}", {}),
    "/sequences/{sequence_id}/steps/{step_id}": Pressed("/sequences/{sequence_id}/steps/{step_id}", _LOOK),
}


async def see_form(person: Visitor, path: str, ids: Mapping[str, str]) -> dict[str, list[str]]:
    """What a browser would send to the path of PRESSED, from the page that has its form."""
    pressed = PRESSED[path]
    seen = await person.get(filled(pressed.seen, ids))
    forms = [one for one in forms_of(seen.text, filled(pressed.seen, ids)) if one.method == "POST"]
    meant = [one for one in forms if one.action == filled(path, ids)]
    form = max(meant or forms, key=lambda one: len(one.fields))
    fields: dict[str, list[str]] = {}
    for name, value in form.fields:
        if name not in pressed.fields:
            fields.setdefault(name, []).append(value)
    return fields | {name: [value] for name, value in pressed.fields.items()}
