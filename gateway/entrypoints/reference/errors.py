"""The page of refusals and errors: who must act, the words, the way out."""

from collections.abc import Mapping
from itertools import groupby

from gateway.domain.receipts import RECEIPT_CODES, RETURNED, Explanation, Returned
from gateway.domain.rules.refusal import CATALOGUE
from gateway.entrypoints.reference.markdown import code, codes, page, section, table
from gateway.entrypoints.reference.raised import (
    FAMILIES,
    Raised,
    broker_findings,
    envelope_reasons,
    journal_findings,
    raised_errors,
)

_INTRODUCTION = """\
Every error has a stable code, says what happened, where and what to do, and never quotes input. On the command line it
is one line on standard error: `error[code]: where: what [rules] → what to do`. An ellipsis stands for what is filled
in."""
_MEANINGS = {
    "RefusedError": (
        "whoever asked: a rule, a consent or the input stands in the way",
        "a receipt `fatal-error` with the code and the place, or with `not-opened` and quarantine",
    ),
    "TemporaryError": ("nobody: it is tried again", "the broker keeps the message and delivers it again"),
    "OperatorError": ("the operator: a setting, a key, the store or the broker", "as above, until it is mended"),
}
_HELD = """\
To the outside every fault of an envelope is one error, `envelope-refused`, and one code of a receipt, `not-opened`. The
reason stays in the local journal and shows in `sogw message list --state held`; a code `bundle-…` of the table above
can stand there too."""
_ANSWERED = """\
What `sogw message show` and `sogw message trace` tell of a message of yours that got a receipt, besides the codes of
rules and bundles above. After the signature was verified a receipt has the FHIRPath of the fault as well."""

_RETURNED = """\
These were opened and understood, and settle or change nothing. They show in `sogw message list --state held` too."""
_AUDITED = """\
`sogw broker audit` says of each where, why it matters and what to do. Where the settings name a monitoring user,
`sogw serve` refuses to work while there is one, with the error `broker-topology`."""
_VERIFIED = """\
`sogw journal verify` says of each where, and ends with the error `journal-doubted`; `sogw serve` raises the alert of
that name."""


def errors_page() -> str:
    """The page."""
    families = [(code(name), code(str(family.exit_status)), *_MEANINGS[name]) for name, family in FAMILIES.items()]
    refusals = [
        (code(r.code), " ".join(r.rules), r.message, r.remedy, code(r.status) if r.status else "")
        for _, r in sorted(CATALOGUE.items())
    ]
    errors = [_row(list(same)) for _, same in groupby(raised_errors(), key=lambda e: (e.code, e.family))]
    return page(
        "Refusals and errors",
        _INTRODUCTION,
        section(
            "Three families", table(["Family", "Exit status", "Who must act", "When a message is received"], families)
        ),
        section(
            "Refusals by rule",
            "What the rules answer to an act or a message. The last column says where a case waits because of it. The"
            " rules are in [rules](rules.md).",
            table(["Code", "Rules", "What", "Way out", "Case waits as"], refusals),
        ),
        section("Errors", table(["Code", "Family", "What", "What to do"], errors)),
        section("Why an envelope is held", _HELD, codes(envelope_reasons())),
        section(
            "Why a message that was opened is held",
            _RETURNED,
            table(["Reason", "What", "What to do"], _words_of(RETURNED)),
        ),
        section("Codes of a receipt", _ANSWERED, table(["Code", "What", "What to do"], _words_of(RECEIPT_CODES))),
        section("What an audit of the broker finds", _AUDITED, codes(broker_findings())),
        section("What is found in a journal", _VERIFIED, codes(journal_findings())),
    )


def _words_of(explanations: Mapping[str, Explanation] | Mapping[Returned, Explanation]) -> list[tuple[str, ...]]:
    """Every code with its words."""
    return [(code(str(one)), said.what, said.remedy) for one, said in sorted(explanations.items())]


def _row(same: list[Raised]) -> tuple[str, ...]:
    """One code of one family, raised in one or more places."""
    messages = dict.fromkeys(error.message for error in same)
    remedies = dict.fromkeys(error.remedy for error in same if error.remedy)
    rules = dict.fromkeys(rule for error in same for rule in error.rules)
    what = " / ".join(messages) + (f" [{', '.join(rules)}]" if rules else "")
    return code(same[0].code), same[0].family.removesuffix("Error").lower(), what, " / ".join(remedies)
