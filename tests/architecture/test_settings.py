"""Settings are read in one place, checked as a whole, and written down in docs/settings.md."""

import ast
import re
from typing import Any

import pytest
from msgspec import NODEFAULT
from msgspec.structs import fields

from shared.providers import registry
from shared.settings import PREFIX, Settings, SettingsError
from tests.kit.architecture.source_tree import source_files
from tests.kit.docs.markdown import document, documents

GOOD = {
    "ROLLCALL_PROJECT_ID": "project",
    "ROLLCALL_UPLOAD_BUCKET": "uploads",
    "ROLLCALL_PUBLIC_URL": "https://rollcall.example",
    "ROLLCALL_SIGNING_KEY": "key",
    "ROLLCALL_SECRETS": "/secrets/providers.json",
    "ROLLCALL_CALLER_AUDIENCE": "https://rollcall.example",
    "ROLLCALL_CALLER_SERVICE_ACCOUNT": "push@project.iam.gserviceaccount.com",
}
FIELDS = [field.name for field in fields(Settings) if field.name != "provider_base_urls"]
SETTING_ROW = re.compile(rf"^\| `({PREFIX}\w+)` \| (required|empty|`[^`]+`) \| [^|]+ \|$", re.MULTILINE)
HISTORY = ("CHANGELOG.md",)  # names what was, too
READERS = {"environ", "environb", "getenv", "getenvb"}


def _reads_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(alias.name in READERS for alias in node.names)
    return isinstance(node, ast.Attribute) and node.attr in READERS


def test_only_settings_reads_the_environment() -> None:
    readers = {
        file.name
        for file in source_files("shared", "functions", "main.py")
        if any(_reads_environment(node) for node in ast.walk(file.tree))
    }
    assert readers == {"shared/settings.py"}


def _environment_name(field: str) -> str:
    """The emulators' own tools name theirs without our prefix."""
    return field.upper() if field.endswith("_emulator_host") else PREFIX + field.upper()


def _shown(default: Any) -> str:
    if default is NODEFAULT:
        return "required"
    return f"`{default}`" if default else "empty"


def _documented() -> dict[str, str]:
    """Every setting that people set, with its default as docs/settings.md shows it."""
    defaults = {_environment_name(one.name): one.default for one in fields(Settings) if one.name in FIELDS}
    defaults |= {f"{PREFIX}{one.name.upper()}_BASE_URL": one.base_url for one in registry.records()}
    return {name: _shown(default) for name, default in defaults.items() if name.startswith(PREFIX)}


def test_every_setting_is_written_down_with_its_default() -> None:
    assert dict(SETTING_ROW.findall(document("docs/settings.md").text)) == _documented()


def test_no_document_names_a_setting_that_is_none() -> None:
    named = {
        (one.name, name)
        for one in documents()
        if one.name not in HISTORY
        for name in re.findall(rf"\b{PREFIX}[A-Z_]+\b", one.text)
    }
    assert {(place, name) for place, name in named if name not in _documented()} == set()


@pytest.mark.parametrize("field", FIELDS)
def test_every_setting_is_read_from_its_environment_name(field: str) -> None:
    default = getattr(Settings.from_env(GOOD), field)
    values = {"bus": "inline", "provider_timeout_seconds": "19", "function_timeout_seconds": "541"}
    values |= {"lease_seconds": "571", "ack_deadline_seconds": "601"}
    values |= {"secrets": "secret-manager"}
    values |= {"trace_exporter": "console", "trace_share": "0.5", "extra_providers": "a.b, c_d,"}
    values |= {"webhook_targets": "local"}
    text = values.get(field, "7")
    # The token takes the place of the two that it must not stand beside.
    is_local = field in ("caller_token", "webhook_targets", "clock_file")
    others = {name: value for name, value in GOOD.items() if not is_local or "CALLER" not in name}
    others |= {"ROLLCALL_CALLER_TOKEN": "token"} if is_local else {}
    changed = getattr(Settings.from_env({**others, _environment_name(field): text}), field)
    assert changed == (("a.b", "c_d") if field == "extra_providers" else type(default)(text))
    assert changed != default


def test_every_provider_may_have_another_base_url() -> None:
    names = {"ROLLCALL_TWILIO_BASE_URL": "http://twilio", "ROLLCALL_PAGER_BASE_URL": "http://pager"}
    settings = Settings.from_env({**GOOD, **names, "ROLLCALL_BASE_URL": "http://nobody"})
    assert settings.provider_base_urls == {"twilio": "http://twilio", "pager": "http://pager"}
    assert Settings.from_env(GOOD).provider_base_urls == {}


@pytest.mark.parametrize("name", [name for name in GOOD if "CALLER" not in name])
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is missing$"):
        Settings.from_env({key: value for key, value in GOOD.items() if key != name})


def test_all_missing_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.from_env({"ROLLCALL_LEASE_SECONDS": "soon"})
    text = str(raised.value)
    assert "ROLLCALL_LEASE_SECONDS must be a float, not 'soon'" in text
    assert all(f"{name} is missing" in text for name in GOOD if "CALLER" not in name)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"PROVIDER_TIMEOUT_SECONDS": "270"}, "twice the provider's < function"),  # 540 is not less than 540
        ({"FUNCTION_TIMEOUT_SECONDS": "570"}, "function < lease"),
        ({"LEASE_SECONDS": "540"}, "function < lease"),
        ({"ACK_DEADLINE_SECONDS": "539"}, "ack deadline"),
        ({"SECRETS": "secrets.json"}, "ROLLCALL_SECRETS must be secret-manager, or the absolute path"),
        ({"SECRETS": "secretmanager"}, "ROLLCALL_SECRETS must be secret-manager, or the absolute path"),
        ({"CALLER_TOKEN": "token"}, "ROLLCALL_CALLER_TOKEN is for the local stack only"),
        ({"BUS": "kafka"}, "ROLLCALL_BUS must be pubsub or inline"),
        ({"TRACE_EXPORTER": "paper"}, "ROLLCALL_TRACE_EXPORTER must be one of none, otlp"),
        ({"TRACE_SHARE": "1.5"}, "ROLLCALL_TRACE_SHARE must be between 0 and 1"),
        ({"EXTRA_PROVIDERS": "a.b,c-d"}, "ROLLCALL_EXTRA_PROVIDERS must be names of modules"),
        ({"EXTRA_PROVIDERS": "../evil"}, "ROLLCALL_EXTRA_PROVIDERS must be names of modules"),
        ({"CALLER_AUDIENCE": ""}, "ROLLCALL_CALLER_AUDIENCE"),
        ({"CALLER_SERVICE_ACCOUNT": ""}, "ROLLCALL_CALLER_SERVICE_ACCOUNT"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(changes: dict[str, str], fault: str) -> None:
    Settings.from_env(GOOD)  # good but for the change
    with pytest.raises(SettingsError, match=fault):
        Settings.from_env({**GOOD, **{PREFIX + name: value for name, value in changes.items()}})


def test_all_contradictions_are_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"time-outs must nest.*ack deadline.*BUS"):
        Settings.from_env(
            {
                **GOOD,
                "ROLLCALL_LEASE_SECONDS": "1",
                "ROLLCALL_ACK_DEADLINE_SECONDS": "2",
                "ROLLCALL_BUS": "none",
            }
        )
