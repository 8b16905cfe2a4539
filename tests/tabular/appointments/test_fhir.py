"""FHIR appointments as bundles and bulk exports hold them, in R4 and R5."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.domain.files.file import FileRefused
from shared.domain.files.source import SourceFormat
from tests.kit.tabular.appointments import FHIR_PATIENT, appointment, bundle, read_appointments

PRACTITIONER = {
    "resourceType": "Practitioner",
    "id": "dr1",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "9999901"}],
    "name": [{"family": "Vega", "given": ["Maria"], "prefix": ["Dr."]}],
}
LOCATION = {"resourceType": "Location", "id": "l1", "name": "North Clinic"}


def test_a_bundle_whose_references_are_urns(tmp_path: Path) -> None:
    """As Synthea writes it: patients under fullUrl, practitioners by their identifier."""
    visit = appointment(
        "a1",
        participant=[
            {"actor": {"reference": "urn:uuid:11111111-0000-4000-8000-000000000001"}, "status": "accepted"},
            {"actor": {"reference": "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999901"}},
            {"actor": {"reference": "Location/l1", "display": "Elsewhere"}, "status": "accepted"},
        ],
        serviceType=[{"coding": [{"code": "57", "display": "Immunization"}]}],
        description="Flu shot",
        patientInstruction="Come fasting",
    )
    content = bundle(
        visit, ("urn:uuid:11111111-0000-4000-8000-000000000001", FHIR_PATIENT), PRACTITIONER, LOCATION
    )
    [row] = read_appointments(tmp_path, content).rows
    assert row == {
        "appointment_id": "a1",
        "change": "new",
        "status": "booked",
        "person_id": "p1",
        "name": "Ana María Ibáñez",
        "first_name": "Ana",
        "last_name": "Ibáñez",
        "phone": "+1 212 555 0187",  # of rank 1
        "phone_2": "(646) 555-0188",  # mobile
        "email": "ana@patients.example",
        "start": "2027-06-14T09:00:00-04:00",
        "start_date": "2027-06-14",
        "start_time": "09:00",
        "end": "2027-06-14T09:30:00-04:00",
        "all_day": "no",
        "useful_until": "2027-06-14T09:00:00-04:00",
        "time_zone": "America/New_York",
        "service": "Immunization",
        "description": "Flu shot",
        "instruction": "Come fasting",
        "location": "North Clinic",
        "provider": "Maria Vega",
    }


@pytest.mark.parametrize(
    "reference",
    [
        {"reference": "Patient/p1"},
        {"reference": "https://ehr.example/fhir/R4/Patient/p1"},
        {"reference": "Patient/p1/_history/3"},
        {"reference": "https://ehr.example/fhir/Patient/p1/_history/3"},
        {"identifier": {"system": "urn:mrn", "value": "12345"}},
    ],
)
def test_ways_to_refer_to_a_patient(tmp_path: Path, reference: dict[str, Any]) -> None:
    content = bundle(appointment("a1", actor=reference), FHIR_PATIENT)
    assert read_appointments(tmp_path, content).column("name", "phone") == [
        ("Ana María Ibáñez", "+1 212 555 0187")
    ]


def test_contained_people_and_one_of_whom_only_the_name_is_told(tmp_path: Path) -> None:
    ben = {
        "resourceType": "Patient",
        "id": "me",
        "name": [{"text": "Ben Roe"}],
        "telecom": [{"system": "sms", "value": "tel:+12125550165"}],
    }
    first = appointment("a1", actor={"reference": "#me"}, contained=[ben])
    second = appointment("a2", actor={"reference": "Patient/nowhere", "display": "Cleo Doe"})
    read = read_appointments(tmp_path, bundle(first, second))
    assert read.column("appointment_id", "name", "phone") == [
        ("a1", "Ben Roe", "+12125550165"),
        ("a2", "Cleo Doe", ""),
    ]


def test_r5_says_some_things_otherwise(tmp_path: Path) -> None:
    role = {
        "resourceType": "PractitionerRole",
        "id": "r1",
        "practitioner": {"reference": "Practitioner/dr1"},
    }
    visit = appointment(
        "a1",
        participant=[{"actor": {"reference": "PractitionerRole/r1"}, "required": True, "status": "accepted"}],
        subject={"reference": "Patient/p1"},
        serviceType=[{"concept": {"text": "Check-up"}}],
        patientInstruction=[{"concept": {"text": "Bring your card"}}],
        end=None,
        minutesDuration=45,
    )
    [row] = read_appointments(tmp_path, bundle(visit, FHIR_PATIENT, PRACTITIONER, role)).rows
    assert (row["name"], row["provider"]) == ("Ana María Ibáñez", "Maria Vega")
    assert (row["service"], row["instruction"]) == ("Check-up", "Bring your card")
    assert row["end"] == "2027-06-14T09:45:00-04:00"


@pytest.mark.parametrize(
    ("status", "changes"),
    [
        ("booked", ["new"]),
        ("cancelled", ["canceled"]),
        ("noshow", ["canceled"]),
        ("entered-in-error", ["canceled"]),
        ("proposed", []),
        ("waitlist", []),
        ("fulfilled", []),
    ],
)
def test_what_a_status_says(tmp_path: Path, status: str, changes: list[str]) -> None:
    read = read_appointments(tmp_path, bundle(appointment("a1", status=status), FHIR_PATIENT))
    assert [row["change"] for row in read.rows] == changes
    assert bool(read.notes) is (changes == [])


def test_the_last_version_counts_also_in_a_history_which_goes_backwards(tmp_path: Path) -> None:
    def version(number: int, **changes: Any) -> dict[str, Any]:
        return appointment("a1", meta={"versionId": str(number)}, **changes)

    moved = version(2, start="2027-06-15T10:00:00-04:00")
    read = read_appointments(tmp_path, bundle(moved, version(1), FHIR_PATIENT))
    assert read.column("change", "start_date") == [("changed", "2027-06-15")]
    deleted = {
        "request": {"method": "DELETE", "url": "Appointment/a1"},
        "response": {"lastModified": "2027-06-01T00:00:00Z"},
    }
    content = json.loads(bundle(appointment("a1"), FHIR_PATIENT))
    content["entry"].append(deleted)
    assert read_appointments(tmp_path, json.dumps(content)).column("change") == [("canceled",)]


def test_a_bulk_export_has_a_resource_a_line(tmp_path: Path) -> None:
    lines = [json.dumps(one) for one in (appointment("a1"), FHIR_PATIENT, appointment("a2"))]
    lines.insert(1, '{"resourceType": "Appoint')
    read = read_appointments(tmp_path, "\n".join(lines))
    assert read.column("appointment_id", "phone") == [("a1", "+1 212 555 0187"), ("a2", "+1 212 555 0187")]
    assert [fault.reason for fault in read.faults] == [
        "the appointment in line 2 of the file: the line is no JSON object; export it again"
    ]


@pytest.mark.parametrize("form", ["array", "single", "bundle in an array", "indented"])
def test_other_documents(tmp_path: Path, form: str) -> None:
    visit = appointment("a1", actor={"display": "Ana"})
    content = {
        "array": json.dumps([visit]),
        "single": json.dumps(visit),
        "bundle in an array": json.dumps([json.loads(bundle(visit))]),
        "indented": json.dumps(json.loads(bundle(visit)), indent=2),
    }[form]
    assert read_appointments(tmp_path, content).column("appointment_id") == [("a1",)]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2027-06-14T13:00:00Z", "2027-06-14T07:00:00-06:00"),
        ("2027-06-14T13:00:00.123+00:00", "2027-06-14T07:00:00.123000-06:00"),
        ("2027-06-14T09:00-04:00", "2027-06-14T07:00:00-06:00"),
        ("2027-06-14T09:00:00", "2027-06-14T09:00:00-06:00"),
    ],
)
def test_times_are_shown_at_home(tmp_path: Path, written: str, expected: str) -> None:
    content = bundle(appointment("a1", start=written, end=None))
    assert read_appointments(tmp_path, content, time_zone="America/Denver").column("start") == [(expected,)]


@pytest.mark.parametrize(
    ("visit", "reason"),
    [
        (appointment("a1", start="soon"), "its start 'soon' is not a time such as"),
        (appointment("a1", start=None), "it has no start"),
        (appointment("a1", status="confirmed"), "its status 'confirmed' is none of FHIR's"),
        (appointment(""), "it has no id"),
    ],
)
def test_what_cannot_be_read_is_rejected_with_its_entry(
    tmp_path: Path, visit: dict[str, Any], reason: str
) -> None:
    read = read_appointments(tmp_path, bundle(appointment("a0"), visit))
    [fault] = read.faults
    assert fault.reason.startswith(f"the appointment in entry 2 of the file: {reason}")
    assert read.column("appointment_id") == [("a0",)]


def test_what_models_refuse_and_systems_export_is_read(tmp_path: Path) -> None:
    """A field of the vendor's own, a blank text, an id with an underscore, participants without status."""
    odd = appointment("a_1", description="", visitNumber="12", participant=[{"actor": {"display": "Ana"}}])
    odd["contained"] = [{"resourceType": "Patient", "id": "x", "birthDate": "1980-1-2"}, "text", None]
    odd["serviceType"] = "Check-up"
    assert read_appointments(tmp_path, bundle(odd)).column("appointment_id", "name") == [("a_1", "")]


def test_other_json_and_a_file_that_is_cut_off_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="no whole JSON: it is cut off or damaged"):
        read_appointments(tmp_path, bundle(appointment("a1"), appointment("a2"))[:-60])
    with pytest.raises(FileRefused, match=r"JSON; export what is in it as CSV or XLSX\. Of JSON only FHIR"):
        read_appointments(tmp_path, '[{"name": "Ana"}]')
    with pytest.raises(FileRefused, match=r"FHIR resources .JSON., and this source takes tables"):
        read_appointments(tmp_path, bundle(appointment("a1")), form=SourceFormat.TABLE)
