"""The protocol page: the table, the states of a referral as a diagram, and each kind on its own."""

from collections.abc import Iterable, Mapping

from gateway.domain import messages
from gateway.domain.messages import Kind
from gateway.domain.protocol import ENDED_STATES, PROTOCOL, BusinessStatus, Need, Row
from gateway.entrypoints.reference.markdown import NOTHING, code, codes, fence, first_line, page, section, table

NEEDS: Mapping[Need, str] = {
    Need.REFERRAL_PERMITTED: "every rule about a referral permits it, for this recipient and each thing it carries",
    Need.CONTACT_PERMITTED: "`CONTACT-TO-SO` holds for the recipient of the referral; what only takes a place in line"
    " needs none",
    Need.INDEPENDENCE: "the second physician is independent of the first, judged again",
    Need.INFORMATION_ASKED: "the second opinion has started, and the employee decided to ask; work circumstances need"
    " no decision",
    Need.INFORMATION_PERMITTED: "it was asked, and `MEDICAL-TO-SO` holds, except for work circumstances",
    Need.REQUEST_OPEN: "there is such a request, and it has no answer yet",
    Need.REPORT_PERMITTED: "the draft was discussed, and `OUTCOME-TO-FIRST` was given after that moment",
    Need.CONSENT_KNOWN: "the consent that is withdrawn is on record",
}

_INTRODUCTION = """\
Who may say what, when, under which consent, carrying which resources. One party is one gateway, one key set and one
inbox; its role is `ohs` (the arbodienst) or `pool`. The table below is `PROTOCOL` in `gateway/domain/protocol.py`; the
state machine, the judgement of every message, the bundle check and the tests are made from the same rows. The same as a
machine-readable document: [asyncapi.json](asyncapi.json). Rules are explained in [rules](rules.md)."""

_DIAGRAM = """\
Business states of one referral (`Task.businessStatus`), as both sides know them. What leaves them unchanged is not
drawn. A case may have several referrals one after another, never two open at once."""


def protocol_page() -> str:
    """The page."""
    overview = table(
        ["Kind", "From", "State before", "Task.status", "State after", "Consents", "Rules"],
        [_overview(row) for row in PROTOCOL.values()],
    )
    needs = table(["Need", "What must hold"], [(code(need), words) for need, words in NEEDS.items()])
    kinds = [section(kind, _words(kind), _details(row), level=3) for kind, row in PROTOCOL.items()]
    return page(
        "Protocol",
        _INTRODUCTION,
        section("Every kind of message", overview),
        section("The states of a referral", _DIAGRAM, fence("mermaid", state_diagram())),
        section("Needs", "Judged when a message is made, when it is published, and when it is opened.", needs),
        section("Kind by kind", *kinds),
    )


def state_diagram() -> str:
    """The states and the kinds that lead from one to another, for Mermaid."""
    lines = ["stateDiagram-v2", *(f'  state "{state}" as {_id(state)}' for state in BusinessStatus)]
    for row in PROTOCOL.values():
        for after in sorted(_states_after(row)):
            sources = [_id(before) for before in _ordered(row.before)] or (["[*]"] if row.opens else [])
            lines += [f"  {source} --> {_id(after)}: {row.kind}" for source in sources]
    return "\n".join([*lines, *(f"  {_id(state)} --> [*]" for state in _ordered(ENDED_STATES))])


def _overview(row: Row) -> tuple[str, ...]:
    return (
        f"[`{row.kind}`](#{row.kind})",
        codes(sorted(row.senders)),
        "opens" if row.opens else codes(_ordered(row.before)),
        code(row.task_status) if row.task_status else "unchanged",
        codes(_ordered(_states_after(row))) or "unchanged",
        codes(row.consents) or NOTHING,
        " ".join(row.rules),
    )


def _details(row: Row) -> str:
    facts = {
        "Must hold": "; ".join(f"{code(need)}: {NEEDS[need]}" for need in row.needs),
        "Consents that must be active": codes(row.consents),
        "Resources in the bundle": codes(sorted(row.resources)),
        "Audit": code(row.audit),
        "In the order of the conversation": "yes" if row.is_sequenced else "no",
        "Padded to the common size": "yes" if row.shares_size else "no",
    }
    if row.crosses:
        facts["Also has its effect, when the two meet on the way, in"] = codes(_ordered(row.crosses))
    return table(["What", "Value"], facts.items())


def _words(kind: Kind) -> str:
    """What the content of a kind says of itself."""
    return next(first_line(content) for content in vars(messages).values() if _is_content_of(content, kind))


def _is_content_of(thing: object, kind: Kind) -> bool:
    return isinstance(thing, type) and getattr(thing, "kind", None) is kind


def _states_after(row: Row) -> frozenset[BusinessStatus]:
    return row.choices or (frozenset({row.after}) if row.after else frozenset())


def _ordered(states: Iterable[BusinessStatus]) -> list[BusinessStatus]:
    """As the enumeration lists them: roughly in order of time."""
    wanted = set(states)
    return [state for state in BusinessStatus if state in wanted]


def _id(state: BusinessStatus) -> str:
    return state.replace("-", "_")
