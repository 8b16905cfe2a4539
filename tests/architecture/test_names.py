"""One name from manifest to file to entry point to topic."""

import ast
import inspect
from importlib import import_module

import pytest

import main
from infra.manifest import Trigger, read_manifest
from shared.domain.job import TOPICS
from tests.kit.architecture.source_tree import ROOT, attribute_calls, source_files, top_functions

FOLDERS = {
    Trigger.TICK: {"functions.ticks"},
    Trigger.WORKER: {"functions.workers"},
    Trigger.WEBHOOK: {"functions.webhooks"},
    Trigger.WEB: {"functions.api", "functions.portal"},
}
# A web function is a folder of modules; its entry point has the folder's name. In the other folders every
# module is an entry point.
ONE_FUNCTION_A_FILE = ("ticks", "workers", "webhooks")
MANIFEST = read_manifest()
USECASE_CALLERS = {
    function.name for trigger in (Trigger.TICK, Trigger.WORKER) for function in MANIFEST.with_trigger(trigger)
}
USE_CASES = [
    file.name.removesuffix(".py").replace("/", ".")
    for file in source_files("shared/usecases")
    if not file.name.endswith("__init__.py")
]
WORKERS = {function.name for function in MANIFEST.with_trigger(Trigger.WORKER)}


def _files() -> set[tuple[str, str]]:
    """(folder, name) of every file that must be an entry point."""
    found = {
        (f"functions.{folder}", path.stem)
        for folder in ONE_FUNCTION_A_FILE
        for path in (ROOT / "functions" / folder).glob("*.py")
        if path.stem != "__init__"
    }
    folders = {path.name for path in (ROOT / "functions").iterdir() if (path / "__init__.py").is_file()}
    return found | {(f"functions.{name}", name) for name in folders - set(ONE_FUNCTION_A_FILE)}


def test_entry_points_files_and_manifest_keys_are_the_same() -> None:
    entry_points = {(folder, name) for name, folder in main.ENTRY_POINTS.items()}
    assert entry_points == _files()
    assert set(main.ENTRY_POINTS) == {function.name for function in MANIFEST.functions}


def test_every_function_is_in_the_folder_of_its_trigger() -> None:
    misplaced = {
        function.name: main.ENTRY_POINTS[function.name]
        for function in MANIFEST.functions
        if main.ENTRY_POINTS[function.name] not in FOLDERS[function.trigger]
    }
    assert misplaced == {}


@pytest.mark.parametrize("name", sorted(main.ENTRY_POINTS))
def test_an_entry_point_is_a_function_of_its_name(name: str) -> None:
    function = getattr(main, name)
    assert inspect.isfunction(function)
    assert function.__name__ == name


def test_main_knows_no_other_name() -> None:
    with pytest.raises(AttributeError, match="no_such_function"):
        _ = main.no_such_function


def test_every_worker_has_a_job_record_and_a_topic_of_its_name() -> None:
    by_record = {record.__name__: topic for record, topic in TOPICS.items()}
    expected = {
        "".join(word.capitalize() for word in name.split("_")): name.replace("_", "-") for name in WORKERS
    }
    assert by_record == expected
    assert {MANIFEST.get(name).topic for name in WORKERS} == set(TOPICS.values())


@pytest.mark.parametrize("name", sorted(USECASE_CALLERS))
def test_every_tick_and_worker_has_a_use_case_of_its_name(name: str) -> None:
    [module] = [module for module in USE_CASES if module.rpartition(".")[2] == name]
    usecase = getattr(import_module(module), name)
    assert inspect.iscoroutinefunction(usecase)
    assert usecase.__module__ == module


def test_every_use_case_has_a_name_of_its_own() -> None:
    names = [module.rpartition(".")[2] for module in USE_CASES]
    assert sorted(names) == sorted(set(names))


def test_every_use_case_file_has_a_function_of_its_name() -> None:
    strays = {}
    for file in source_files("shared/usecases"):
        stem = file.name.rpartition("/")[2].removesuffix(".py")
        names = [function.name for function in top_functions(file) if not function.name.startswith("_")]
        noun = stem.removeprefix("save_")  # save_template holds create_template and edit_template
        is_pair = stem != noun and set(names) == {f"create_{noun}", f"edit_{noun}"}
        if stem not in names and not is_pair and stem != "__init__":
            strays[stem] = names
    assert strays == {}


@pytest.mark.parametrize("name", sorted(USECASE_CALLERS))
def test_ticks_and_workers_are_thin(name: str) -> None:
    path = ROOT / main.ENTRY_POINTS[name].replace(".", "/") / f"{name}.py"
    assert len(path.read_text().splitlines()) < 30


def test_jobs_are_made_and_announced_in_one_place_each() -> None:
    made, announcing = set(), set()
    for file in source_files("shared", "functions", "infra"):
        names = {call.func.id for call in file.calls if isinstance(call.func, ast.Name)}
        made |= {(file.name, name) for name in names & {"SendBatch", "QueueMessages"}}
        announcing |= {
            file.name for _, called in attribute_calls(file, {"publish"}) if "runtime" in ast.dump(called)
        }
    # The `case SendBatch():` of the inline bus is a pattern, not a call.
    assert made == {
        ("shared/domain/fires/fire.py", "QueueMessages"),
        ("shared/domain/messages/batch.py", "SendBatch"),
    }
    assert announcing == {"shared/usecases/announce_jobs.py"}


def test_records_are_structs() -> None:
    """A dataclass takes forty times as long to make, at each start of an instance."""
    made = {
        file.name
        for file in source_files("shared", "functions", "main.py")
        for node in ast.walk(file.tree)
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses"
    }
    # An exception cannot be a Struct; the other lends mypy its check of `replace`.
    assert made == {"functions/problems.py", "shared/domain/record.py"}
