"""No code asks which channel or which provider it is: what differs is a field of its record."""

import ast
from collections.abc import Iterator

import pytest

from shared.domain.channels import registry as channels
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.channels.channel_record import ChannelRecord
from shared.providers import registry as providers
from shared.providers.kit.record import ProviderRecord
from tests.kit.architecture.source_tree import SourceFile, source_files

CHANNELS = {record.name for record in channels.SHIPPED}
PROVIDERS = {record.name for record in providers.SHIPPED}
PROVIDER_HOMES = ("shared/providers/", "infra/local/simulator/")  # which stands in for them
CHANNEL_HOMES = ("shared/domain/channels/", *PROVIDER_HOMES)


def _names_one(node: ast.AST, names: set[str]) -> bool:
    """Whether it is one of them: "sms", Channel("sms"), SMS, Channel.SMS, SMS.name, or some of these."""
    match node:
        case ast.Constant(value=value):
            return value in names
        case ast.Attribute(value=ast.Name(id="FieldType")):  # a column's type
            return False
        case ast.Name(id=name) | ast.Attribute(attr=name) if name.lower() in names and name.isupper():
            return True
        case ast.Attribute(attr="name" | "value", value=inner) | ast.MatchValue(value=inner):
            return _names_one(inner, names)
        case ast.Call(func=ast.Name(id="Channel" | "Provider"), args=parts):
            return any(_names_one(part, names) for part in parts)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return any(_names_one(part, names) for part in parts)
        case ast.pattern():
            return any(_names_one(part, names) for part in ast.iter_child_nodes(node))
    return False


def _choices(file: SourceFile, names: set[str]) -> Iterator[int]:
    """Lines that compare with a single one of them, match it, or look something up by it."""
    for node in ast.walk(file.tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                parts: list[ast.AST] = [left, *others]
            case ast.match_case(pattern=pattern):
                parts = [pattern]
            case ast.Dict(keys=keys) if keys and all(key and _names_one(key, names) for key in keys):
                parts = [key for key in keys if key]
            case _:
                continue
        yield from (part.lineno for part in parts if hasattr(part, "lineno") and _names_one(part, names))


def _found(homes: tuple[str, ...], names: set[str]) -> list[str]:
    return [
        f"{file.name}:{line}"
        for file in source_files("main.py", "functions", "shared", "infra")
        if not file.name.startswith(homes)
        for line in _choices(file, names)
    ]


def test_no_channel_is_singled_out() -> None:
    assert _found(CHANNEL_HOMES, CHANNELS) == []


def test_no_provider_is_singled_out() -> None:
    assert _found(PROVIDER_HOMES, PROVIDERS) == []


@pytest.mark.parametrize(
    "line",
    [
        'if message.channel == "sms": pass',
        'if "sms" != message.channel: pass',
        'if message.channel == Channel("email"): pass',
        "if message.channel.record is SMS: pass",
        "if message.channel is Channel.SMS: pass",
        'if message.channel in ("sms", "whatsapp"): pass',
        "parts = estimate(body) if step.channel is not EMAIL.name else 1",
        'sizes = {Channel("sms"): 25, Channel("email"): 100}',
        'price = {"sms": 1, "email": 2}[channel]',
        'match channel:\n    case "email": pass',
        'match message:\n    case Message(channel="sms"): pass',
        "match channel:\n    case Channel.EMAIL: pass",
    ],
)
def test_a_channel_that_is_singled_out_is_found(line: str) -> None:
    file = SourceFile(name="a_module.py", text=line, tree=ast.parse(line))
    assert list(_choices(file, CHANNELS)) != []


@pytest.mark.parametrize(
    "line",
    [
        "if template.channel != step.channel: pass",
        "if column.type is FieldType.EMAIL: pass",
        "if step.channel.record.has_subject: pass",
        'sender = Sender(channel=Channel("sms"))',
        'row = {"name": name, "email": address}',
        'if event.get("email") == address: pass',
    ],
)
def test_what_singles_none_out_is_let_through(line: str) -> None:
    file = SourceFile(name="a_module.py", text=line, tree=ast.parse(line))
    assert list(_choices(file, CHANNELS)) == []


def _channels_imported(file: SourceFile) -> set[str]:
    """The modules of single channels that it imports."""
    homes = {f"shared.domain.channels.{name}" for name in CHANNELS}
    imports = [node.module for node in ast.walk(file.tree) if isinstance(node, ast.ImportFrom)]
    return {module for module in imports if module in homes}


def test_only_the_table_and_the_providers_import_a_channels_module() -> None:
    files = source_files("main.py", "functions", "shared", "infra")
    importers = {file.name for file in files if _channels_imported(file)}
    assert importers == {
        "shared/domain/channels/registry.py",
        *(f"shared/providers/{name}/provider.py" for name in PROVIDERS),
    }


def test_every_channel_can_be_told_from_every_other() -> None:
    assert len({record.name for record in channels.SHIPPED}) == len(channels.SHIPPED)
    assert len({record.unit for record in channels.SHIPPED}) == len(channels.SHIPPED)
    assert all(providers.carriers_of(channel) for channel in all_channels())


def test_every_folder_of_a_provider_exports_a_record_that_is_registered() -> None:
    folders = {
        file.name.split("/")[2] for file in source_files("shared/providers") if file.name.count("/") == 3
    } - {"kit"}
    assert folders == PROVIDERS
    paths = [(record.name, route.path) for record in providers.SHIPPED for route in record.webhooks]
    assert len(set(paths)) == len(paths)


def test_names_are_taken_once() -> None:
    [text, *_] = channels.SHIPPED
    channels.register(text)  # the very one again
    changed = {name: getattr(text, name) for name in ChannelRecord.__struct_fields__}
    for change in ({"unit": "pages"}, {"name": "pager"}):
        with pytest.raises(ValueError, match="is called as another is"):
            channels.register(ChannelRecord(**changed | change))
    [first, *_] = providers.SHIPPED
    parts = {name: getattr(first, name) for name in ProviderRecord.__struct_fields__ if hasattr(first, name)}
    for name in (first.name, "Pager", "my-pager", ""):
        with pytest.raises(ValueError, match="is called as another is"):
            providers.register(ProviderRecord(**parts | {"name": name}))
    assert (channels.names(), providers.names()) == (
        ("sms", "email", "whatsapp", "messenger", "instagram", "voice"),
        ("twilio", "sendgrid", "meta", "ses", "smtp"),
    )


@pytest.mark.parametrize("name", ["fax", "SMS", "", "sms "])
def test_what_is_not_registered_is_no_channel(name: str) -> None:
    with pytest.raises(ValueError, match="must be one of: sms, email"):
        Channel(name)
