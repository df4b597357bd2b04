"""Is there room, and the answer: nothing personal in either."""

from gateway.domain.messages import AvailabilityAnswer, AvailabilityQuery
from gateway.domain.protocol import BusinessStatus
from mappings.fhir.draft import Draft
from mappings.fhir.exact import Json, put
from mappings.fhir.task import item, read_item, write_task
from mappings.fhir.view import View
from mappings.terminology.systems import BUSINESS_STATUS


def write_query(draft: Draft, content: AvailabilityQuery) -> None:
    """Region, specialism and language as inputs of the Task."""
    draft.patient = {}
    asked = {"region": content.region, "specialism": content.specialism, "language": content.language}
    inputs = [_text(name, text) for name, text in asked.items() if text is not None]
    parts: Json = {"input": inputs} if inputs else {}
    write_task(draft, **parts)


def read_query(view: View) -> AvailabilityQuery:
    """The question again."""
    return AvailabilityQuery(*(_read_text(view, name) for name in ("region", "specialism", "language")))


def write_answer(draft: Draft, content: AvailabilityAnswer) -> None:
    """Yes or no as business status, the day as output."""
    draft.patient = {}
    status = BusinessStatus.AVAILABLE if content.is_available else BusinessStatus.NOT_AVAILABLE
    if content.earliest_on is None:
        write_task(draft, status=status)
    else:
        write_task(draft, status=status, output=[item("earliest-on", valueDate=content.earliest_on.isoformat())])


def read_answer(view: View) -> AvailabilityAnswer:
    """The answer again."""
    status = view.task.child("businessStatus").code(BUSINESS_STATUS, BusinessStatus)
    earliest = read_item(view.task, "output", "earliest-on")
    return AvailabilityAnswer(status is BusinessStatus.AVAILABLE, earliest.day("valueDate") if earliest else None)


def _text(name: str, text: str) -> Json:
    made = item(name)
    put(made, "valueString", text)
    return made


def _read_text(view: View, name: str) -> str | None:
    found = read_item(view.task, "input", name)
    return found.text("valueString") if found else None
