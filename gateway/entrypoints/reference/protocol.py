"""The protocol page: the table, the states of a referral as a diagram, and each kind on its own."""

from collections.abc import Iterable, Mapping

from gateway.domain import messages
from gateway.domain.messages import Kind
from gateway.domain.needs import ANSWERED, JUDGED, Moment, Need
from gateway.domain.protocol import ENDED_STATES, PROTOCOL, BusinessStatus, Row
from gateway.domain.receipts import MOST_TOGETHER
from gateway.domain.rules.billing import MOST_LINES
from gateway.entrypoints.reference.markdown import NOTHING, code, codes, fence, first_line, page, section, table
from mappings.fhir.bounds import EXCEPTIONS, MOST, MOST_LINES_OF_AUDIT

NEEDS: Mapping[Need, str] = {
    Need.SENDER_ROLE: "a party of that role sends this kind",
    Need.STATE: (
        "the referral is in a state in which this kind is allowed, at receipt also where two met on the way; of what"
        " the pool erased nothing is said"
    ),
    Need.PARTNER_OF_REFERRAL: "the referral is one of the two that speak",
    Need.STILL_OPEN: "the referral has not ended meanwhile, and the case was not erased",
    Need.NOT_OVERTAKEN: "nothing came before its turn, from who may say it, that ends what this would disclose",
    Need.NOT_RESTRICTED: "the employee has not had the use of the data restricted",
    Need.NOT_IN_DOUBT: "no export of the back office holds the case",
    Need.TIMES: "no moment in it lies more than five minutes ahead of our clock, none of the second opinion before the"
    " acceptance, and no plan more than two years ahead; a withdrawal counts whatever it is dated",
    Need.LABELS_READABLE: "each name of a physician or an author, each number of a request, an invoice or a"
    " consent that permits, each fact of a physician or an organisation, each line of an invoice and each word of a"
    " question for room is one line of at most 200 characters, all of which show",
    Need.ANONYMOUS_TEXTS: "no text in it looks as if it were about somebody: a name, a number, a day; and it"
    " holds nothing of the people in the case of who makes it",
    Need.REFERRAL_MAY_FOLLOW: "the case may still come to a referral: nobody withdrew, refused, restricted or holds it,"
    " and no second opinion took place",
    Need.REFERRAL_PERMITTED: "every rule about a referral that rests on the dossier or the policy permits it",
    Need.RECIPIENT_SERVED: "the recipient that the consents name is this party, or one it serves",
    Need.PARTIES_NAMED: "the organisations that it names are its sender and its receiver",
    Need.REQUESTER_REGISTERED: "a bedrijfsarts with a BIG number requests it, or supervises who does",
    Need.PHYSICIAN_CHOSEN: "the physician who accepts is the one the employee chose",
    Need.INDEPENDENCE: "the second physician is registered and independent of the first, judged again",
    Need.CONTACT_PERMITTED: "`CONTACT-TO-SO` holds for the recipient of the referral, and no objection on our own"
    " record is in the way; what only takes a place in line needs none",
    Need.DOCUMENTS_PERMITTED: "each document rests on its own consent; work circumstances need none",
    Need.DOCUMENTS_IN_PLACE: "it carries what its kind may carry; an answer what was asked and nothing else",
    Need.CONSENTS_IN_PLACE: "each consent in it is of a purpose of this kind and names who receives the data",
    Need.INFORMATION_ASKED: "the second opinion has started, the employee decided to ask, and the request has a"
    " number of its own; work circumstances need no decision",
    Need.ASKED_WITH_CONSENT: "`MEDICAL-TO-SO` holds, except for work circumstances. At receipt this is answered:"
    " without it `information-declined`; where it tells of a consent and our own record objects, a person decides",
    Need.REQUEST_OPEN: "there is such a request, and it has no answer yet",
    Need.INFORMATION_PERMITTED: "the employee decided that it was asked, and `MEDICAL-TO-SO` holds, except for work"
    " circumstances",
    Need.REPORT_PERMITTED: "the draft was discussed, `OUTCOME-TO-FIRST` for the arbodienst was given after that moment,"
    " and no objection on our own record is in the way; at receipt the draft is the one whose milestone came before",
    Need.SHARED_SIZE: "its length is the common one, so that it does not tell which of its pair it is",
    Need.CONSENT_KNOWN: "the consent that is withdrawn is on record under its id and purpose; at receipt it came from"
    " the sender or was given to it",
    Need.NOTHING_TO_KEEP: "no open complaint, waiting right, restriction, withdrawal or disclosure under way needs what"
    " is to be erased. At receipt this is answered: `erasure-confirmed` says erased, or kept with the ground",
    Need.ERASURE_NOT_ASKED: "it was not asked before, or was kept since",
    Need.ERASURE_ASKED: "we asked for it",
    Need.INVOICE_OF_PARTIES: "it is from the party that sends it to the party that receives it",
    Need.INVOICE_ANONYMOUS: "no text, number, price or date in it points to a person or a day",
    Need.RECEIPT_OF_OURS: "it is about a message of ours to that sender, and about its bytes",
}

_INTRODUCTION = """\
Who may say what, when, under which consent, carrying which resources. One party is one gateway, one key set and one
inbox; its role is `ohs` (the arbodienst) or `pool`. The table below is `PROTOCOL` in `gateway/domain/protocol.py`; the
state machine, the judgement of every message, the bundle check and the tests are made from the same rows. The same as a
machine-readable document: [asyncapi.json](asyncapi.json). Rules are explained in [rules](rules.md)."""

_DIAGRAM = """\
Business states of one referral (`Task.businessStatus`), as both sides know them. What leaves them unchanged is not
drawn. A case may have several referrals one after another, never two open at once."""


_RECEIVED = """\
What the receiver judges, besides the envelope, the route and the place in the line: by the same functions as the sender
(`gateway/domain/rules/judgement.py`), so that a sender that skips its own rules gets a refusal and never an effect. A
need that is marked "answered" is answered by a message instead of a refusal."""

_NEEDS = """\
What each need says. `made`: when a message is made; `published`: again when it leaves the queue; `received`: when the
other side opens it. A consent is known by who recorded it and its id; a partner's word never overrules an objection on
our own record, and what orders, keeps or ends anything is our own time of receipt."""


_BOUNDS = f"""\
Nothing repeats without end, whoever sends it (`mappings/fhir/bounds.py`). A message holds at most {MOST} entries of one
resource type, so {MOST} consents and {MOST} documents; {MOST_LINES_OF_AUDIT} lines of the audit, each naming
{EXCEPTIONS["entity"]} things; and {MOST_LINES} lines of an invoice. No other list in it is longer than {MOST} items.
One receipt acknowledges {MOST_TOGETHER} messages at most. The sender hears `bundle-list-too-long` before anything
leaves the house. A message that comes all the same is held as a whole, and its sender is told: an objection too many
is never lost in silence."""


def protocol_page() -> str:
    """The page."""
    overview = table(
        ["Kind", "From", "State before", "Task.status", "State after", "Consents", "Rules"],
        [_overview(row) for row in PROTOCOL.values()],
    )
    needs = table(
        ["Need", "What must hold", "Judged when"],
        [
            (code(need), words, codes([moment for moment in Moment if moment in JUDGED[need]]))
            for need, words in NEEDS.items()
        ],
    )
    received = table(["Kind", "Judged at receipt"], [_received(row) for row in PROTOCOL.values()])
    kinds = [section(kind, _words(kind), _details(row), level=3) for kind, row in PROTOCOL.items()]
    return page(
        "Protocol",
        _INTRODUCTION,
        section("Every kind of message", overview),
        section("The states of a referral", _DIAGRAM, fence("mermaid", state_diagram())),
        section("Judged at receipt", _RECEIVED, received),
        section("Needs", _NEEDS, needs),
        section("How much of it", _BOUNDS),
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


def _received(row: Row) -> tuple[str, ...]:
    judged = [code(need) + (" (answered)" if need in ANSWERED else "") for need in row.judged_at(Moment.RECEIVED)]
    return f"[`{row.kind}`](#{row.kind})", ", ".join(judged)


def _details(row: Row) -> str:
    facts = {
        "Must hold": codes(row.needs),
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
