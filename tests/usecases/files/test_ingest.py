"""A file is loaded once, whole, and every row of it is accounted for."""

import asyncio
import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest

from shared.domain.files.file import File, FileState
from shared.domain.job import IngestFile
from shared.domain.messages.failure import FailureStep
from shared.domain.record import replace
from shared.firestore.row_chunks import unpacked
from shared.usecases.files.ingest_file import ingest_file
from shared.usecases.files.start_upload import new_file
from shared.usecases.files.store_upload import store_upload
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.clinic import COLUMNS, ROW, Clinic, people


def a_file(count: int, bad_every: int = 0) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for number in range(count):
        is_bad = bad_every and number % bad_every == 0
        row = {**ROW, "Phone": f"+1212555{number:04}"} | ({"When": "soon"} if is_bad else {})
        writer.writerow(row)
    return text.getvalue().encode()


async def upload(clinic: Clinic, path: Path, content: bytes) -> tuple[File, IngestFile]:
    """An upload that has been announced but not loaded."""
    await asyncio.to_thread(path.write_bytes, content)
    file = await store_upload(clinic.runtime, clinic.company_id, "appointments", "day.csv", str(path))
    return file, await announcement(clinic, file)


async def announcement(clinic: Clinic, file: File) -> IngestFile:
    stored = await clinic.runtime.files.find(file.object_name)
    assert stored is not None
    bucket = clinic.runtime.settings.upload_bucket
    return IngestFile(bucket=bucket, object_name=file.object_name, generation=stored.generation)


async def stored(clinic: Clinic, file: File) -> File:
    return await clinic.stores.files.get(clinic.company_id, file.id)


async def row_numbers(clinic: Clinic, file: File) -> list[int]:
    chunks = clinic.stores.row_chunks.each(clinic.company_id, file.id, file.chunk_count)
    return [row.number async for chunk in chunks for row in unpacked(chunk)]


async def test_repeated_and_foreign_announcements_change_nothing(clinic: Clinic) -> None:
    file = await clinic.load(*people(3))
    job = await announcement(clinic, file)
    others = (
        job,
        replace(job, generation="1"),
        replace(job, bucket="elsewhere"),
        replace(job, object_name="companies/acme/files/gone/upload"),
        replace(job, object_name="rejected.csv"),
    )
    for other in others:
        await ingest_file(clinic.runtime, other)
    assert await stored(clinic, file) == file
    assert file.state is FileState.LOADED


async def test_two_workers_load_a_file_once(clinic: Clinic, tmp_path: Path) -> None:
    file, job = await upload(clinic, tmp_path / "day.csv", a_file(50))
    await asyncio.gather(*(ingest_file(clinic.runtime, job) for _ in range(3)))
    loaded = await stored(clinic, file)
    assert (loaded.state, loaded.row_count, loaded.attempt) == (FileState.LOADED, 50, 1)


async def test_an_upload_that_was_overwritten_is_refused_not_mixed(clinic: Clinic, tmp_path: Path) -> None:
    file, job = await upload(clinic, tmp_path / "day.csv", a_file(3))
    (tmp_path / "other.csv").write_bytes(a_file(5))
    await clinic.runtime.files.upload(file.object_name, str(tmp_path / "other.csv"), "text/csv")
    assert await announcement(clinic, file) != job
    await ingest_file(clinic.runtime, job)
    refused = await stored(clinic, file)
    assert refused.state is FileState.REFUSED
    assert "overwritten" in (refused.refusal or "")


async def test_the_same_content_is_taken_once_unless_a_repeat_is_accepted(clinic: Clinic) -> None:
    first = await clinic.load(*people(2))
    second = await clinic.load(*people(2))
    assert second.state is FileState.REFUSED
    assert first.id in (second.refusal or "")
    assert "accepts_repeat" in (second.refusal or "")
    accepted = await clinic.load(*people(2), accepts_repeat=True)
    assert accepted.state is FileState.LOADED


async def test_content_that_was_refused_may_come_again_but_not_what_another_file_holds(
    clinic: Clinic,
) -> None:
    source = await clinic.stores.sources.get(clinic.company_id, "appointments")
    columns = tuple(replace(column, column=f"{column.column}?") for column in source.columns)
    wrong = replace(source, columns=columns)

    async def save(changed: object) -> None:
        await clinic.stores.sources.save(clinic.company_id, source.id, changed)  # type: ignore[arg-type]

    await save(wrong)
    assert (await clinic.load(*people(1))).state is FileState.REFUSED
    await save(source)
    assert (await clinic.load(*people(1))).state is FileState.LOADED
    # A repeat that is refused must not set the first file's content free.
    await save(wrong)
    assert (await clinic.load(*people(1), accepts_repeat=True)).state is FileState.REFUSED
    await save(source)
    assert "exactly this content" in ((await clinic.load(*people(1))).refusal or "")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"Patient,Phone,Email,Doctor,When,State\r\n", "no rows"),
        (b"Patient,Telephone,Email,Doctor,When,State\r\nAna,1,a@b.co,V,,\r\n", "'Phone'"),
    ],
)
async def test_a_file_that_cannot_be_taken_says_why(clinic: Clinic, content: bytes, reason: str) -> None:
    file = await clinic.load_bytes(content)
    assert (file.state, file.row_count, file.lease_until) == (FileState.REFUSED, 0, None)
    assert reason in (file.refusal or "")


async def test_rejected_rows_are_in_the_failures_table_and_in_their_file(clinic: Clinic) -> None:
    file = await clinic.load({}, {"When": "soon"}, {"Patient": "Zoë", "State": "Nowhere"})
    assert (file.row_count, file.rejected_count) == (1, 2)
    failures = await clinic.failures()
    assert [(f.row_number, f.field, f.value) for f in failures] == [
        (3, "When", "soon"),
        (4, "State", "Nowhere"),
    ]
    assert {(f.step, f.file_id) for f in failures} == {(FailureStep.INGEST, file.id)}
    assert file.rejected_object_name is not None
    content = b"".join([piece async for piece in clinic.runtime.files.read(file.rejected_object_name)])
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["Patient"] for row in rows] == ["Ana", "Zoë"]
    mended = [{name: row[name] for name in COLUMNS} | {"When": ROW["When"], "State": "NY"} for row in rows]
    assert (await clinic.load(*mended)).rejected_count == 0


async def test_a_load_that_stopped_half_way_is_done_again_with_the_same_result(
    clinic: Clinic, tmp_path: Path
) -> None:
    file, job = await upload(clinic, tmp_path / "day.csv", a_file(6_000, bad_every=100))
    loading = asyncio.create_task(ingest_file(clinic.runtime, job))
    while not (await stored(clinic, file)).row_count:
        await asyncio.sleep(0.01)
    loading.cancel()
    await asyncio.gather(loading, return_exceptions=True)
    half = await stored(clinic, file)
    assert (half.state, half.attempt) == (FileState.LOADING, 1)
    await ingest_file(clinic.runtime, job)
    assert await stored(clinic, file) == half, "its lease still runs"
    clinic.stop_clock(clinic.runtime.now() + timedelta(seconds=clinic.runtime.settings.lease_seconds + 1))
    counts = await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert counts["files"] == 1
    whole = await stored(clinic, file)
    assert (whole.state, whole.attempt) == (FileState.LOADED, 2)
    assert (whole.row_count, whole.rejected_count) == (5_940, 60)
    numbers = await row_numbers(clinic, whole)
    assert numbers == [n + 2 for n in range(6_000) if n % 100]
    assert len(await clinic.failures()) == 60


async def test_a_file_that_never_loads_is_refused_in_the_end(clinic: Clinic, tmp_path: Path) -> None:
    file, job = await upload(clinic, tmp_path / "day.csv", a_file(1))
    await clinic.stores.files.save(clinic.company_id, file.id, _stalled(clinic, file, timedelta(hours=2)))
    await ingest_file(clinic.runtime, job)
    refused = await stored(clinic, file)
    assert refused.state is FileState.REFUSED
    assert "five attempts" in (refused.refusal or "")


async def test_an_outage_of_less_than_two_hours_only_delays_a_file(clinic: Clinic, tmp_path: Path) -> None:
    file, job = await upload(clinic, tmp_path / "day.csv", a_file(1))
    tried_for = timedelta(hours=2) - timedelta(seconds=1)
    await clinic.stores.files.save(clinic.company_id, file.id, _stalled(clinic, file, tried_for))
    await ingest_file(clinic.runtime, job)
    loaded = await stored(clinic, file)
    assert (loaded.state, loaded.attempt) == (FileState.LOADED, 21)


def _stalled(clinic: Clinic, file: File, tried_for: timedelta) -> File:
    """The file after twenty attempts, by workers that all died, in so long a time."""
    clinic.stop_clock(clinic.runtime.now())
    since = clinic.runtime.now() - tried_for
    tried = replace(file, state=FileState.LOADING, attempt=20, claimed_at=since)
    return replace(tried, lease_token="dead", lease_until=since)


async def test_the_sweep_finds_an_upload_whose_announcement_was_lost(clinic: Clinic, tmp_path: Path) -> None:
    file, _ = await upload(clinic, tmp_path / "day.csv", a_file(2))
    await new_file(clinic.runtime, clinic.company_id, "appointments", "never.csv", accepts_repeat=False)
    now = clinic.runtime.now()
    assert (await sweep_stalled_work(clinic.runtime, now))["files"] == 0, "it may still be on its way"
    later = now + timedelta(seconds=2 * clinic.runtime.settings.tick_interval_seconds + 1)
    assert (await sweep_stalled_work(clinic.runtime, later))["files"] == 1
    assert (await stored(clinic, file)).row_count == 2


async def test_progress_of_a_large_file_goes_up_and_never_back(clinic: Clinic, tmp_path: Path) -> None:
    file, job = await upload(clinic, tmp_path / "day.csv", a_file(20_000))
    loading = asyncio.create_task(ingest_file(clinic.runtime, job))
    seen: list[tuple[int, int]] = []
    while not loading.done():
        current = await stored(clinic, file)
        seen.append((current.percent, current.row_count))
        await asyncio.sleep(0.02)
    await loading
    assert seen == sorted(seen)
    assert any(0 < percent < 100 for percent, _ in seen)
    loaded = await stored(clinic, file)
    assert (loaded.percent, loaded.row_count, loaded.state) == (100, 20_000, FileState.LOADED)


HEADER = b"Patient,Phone,Email,Doctor,When,State\r\n"


async def test_a_file_of_which_no_row_loads_is_refused_once_with_the_reason(clinic: Clinic) -> None:
    lines = [b"Ana,2025550163,,Dr Vega,tomorrow,NY\r\n"] * 2 + [b"Ben,2025550164,,Dr Vega,soon,NY\r\n"]
    file = await clinic.load_bytes(HEADER + b"".join(lines))
    assert (file.state, file.row_count, file.rejected_count) == (FileState.REFUSED, 0, 3)
    assert (file.refusal or "").startswith(
        "None of the 3 rows could be loaded, so nothing was: 3 × column 'When'"
    )
    assert await clinic.failures() == [], "the file is refused, not its rows one by one"
    assert file.rejected_object_name is not None
    pieces = [piece async for piece in clinic.runtime.files.read(file.rejected_object_name)]
    assert b"".join(pieces).count(b"\r\n") == 4
    again = await clinic.load_bytes(HEADER + b"".join(lines))
    assert "None of the 3 rows" in (again.refusal or ""), "its content was given back"


async def test_one_row_that_loads_late_makes_failures_of_all_that_were_rejected(clinic: Clinic) -> None:
    bad = {"When": "soon"}
    file = await clinic.load(*[bad] * 700, {})
    assert (file.state, file.row_count, file.rejected_count) == (FileState.LOADED, 1, 700)
    assert sorted(failure.row_number or 0 for failure in await clinic.failures()) == list(range(2, 702))


async def test_a_file_says_how_it_was_read(clinic: Clinic) -> None:
    content = b"North Clinic\r\nPatient,Phone,When,State\r\nAna,2125550187,12/24/2099 14:30,NY\r\n"
    file = await clinic.load_bytes(content)
    assert (file.state, file.row_count, file.header_row) == (FileState.LOADED, 1, 2)
    assert file.notes == (
        "The names of the columns were read from row 2; what stands above was left out ('North Clinic').",
        "The file has no column 'Email': the field email is empty in every row.",
        "The file has no column 'Doctor': the field doctor is empty in every row.",
    )


async def test_a_row_that_is_too_long_is_rejected_by_itself(clinic: Clinic) -> None:
    file = await clinic.load({}, {"Doctor": "x" * 150_000, "Patient": "Zoe"}, {"Patient": "Bea"})
    assert (file.row_count, file.rejected_count) == (2, 1)
    [failure] = await clinic.failures()
    assert (failure.row_number, failure.field, len(failure.value or "")) == (3, "Doctor", 200)


async def test_no_control_character_is_stored(clinic: Clinic) -> None:
    rows = ({"Phone": "212\x005550187"}, {"Patient": "A\x00na\x07"}, {"Email": "a\x1bna@example-clinic.com"})
    file = await clinic.load(*rows)
    assert (file.row_count, file.rejected_count) == (1, 2)
    chunks = clinic.stores.row_chunks.each(clinic.company_id, file.id, file.chunk_count)
    [row] = [row async for chunk in chunks for row in unpacked(chunk)]
    assert row.values["name"] == "Ana"
    assert sorted(failure.value or "" for failure in await clinic.failures()) == [
        "212\u24005550187",
        "a\u241bna@example-clinic.com",
    ]
    assert file.rejected_object_name is not None
    content = b"".join([piece async for piece in clinic.runtime.files.read(file.rejected_object_name)])
    assert not {0, 7, 27} & set(content)
