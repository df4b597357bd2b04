"""``sogw journal``: the journal as evidence: list its public part, verify it, prove one entry, exchange checkpoints."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.domain.errors import OperatorError, RefusedError
from gateway.domain.steps import ActorRole, step_classes
from gateway.entrypoints.cli.arguments import one_of, read_text
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.output import NewFile, Row, show_or_write
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.application.verify_journal import JournalReport
    from gateway.domain.entry import PublicEntry

app = noun("journal")

OfCase = Annotated[str | None, typer.Option("--case", help="Only entries of this case; reading is an entry of it.")]
Last = Annotated[int | None, typer.Option("--last", min=1, help="Only so many of the newest.")]
Checkpoints = Annotated[
    list[Path] | None,
    typer.Option("--checkpoint", metavar="FILE", help="A checkpoint of ours from other hands; may be repeated."),
]
Entry = Annotated[int | None, typer.Argument(metavar="ENTRY", help="Number of the entry; see 'sogw journal list'.")]
CaseOption = Annotated[str | None, typer.Option("--case", help="Instead of a number: the case, with --step.")]
StepOption = Annotated[
    str | None,
    typer.Option(
        "--step",
        parser=one_of(sorted(step.code for step in step_classes())),
        metavar="STEP",
        help="The newest step of this kind in the case.",
    ),
]
WithContent = Annotated[
    bool, typer.Option("--content", help="Prove what the entry says too. It may be personal: for the employee only.")
]
Held = Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="A checkpoint of ours, as the other side holds it.")]
PartnerId = Annotated[str, typer.Argument(metavar="PARTY", help="Id of the partner.")]


@command(
    app,
    "list",
    "sogw journal list --last 20",
    "sogw journal list --case SO-2026-0001 --output json",
    needs="journal.read",
)
async def list_entries(session: Session, case: OfCase = None, last: Last = None) -> None:
    """List the public part of the journal: step, time, role and organisation, under pseudonyms. It names nobody."""
    from gateway.application.read_journal import read_journal

    async with session.gateway() as gateway:
        entries = await read_journal(gateway.services, session.actor(ActorRole.AUDITOR), case_id=case)
    session.show_rows([entry_row(entry) for entry in (entries[-last:] if last else entries)])


@command(
    app, "verify", "sogw journal verify", "sogw journal verify --checkpoint from-lpbso.txt", needs="journal.verify"
)
async def verify(session: Session, checkpoint: Checkpoints = None) -> None:
    """Make the tree again from every row, and hold it against our own checkpoints and those from outside.

    Ask partners for the checkpoint they hold ('sogw journal witnessed'): what somebody cut off or rewrote, in the
    database or with our keys, shows against theirs. The exit status is 78 when something is wrong.
    """
    from gateway.application.verify_journal import verify_journal

    session.operator()
    outside = [read_text(file) for file in checkpoint or ()]
    async with session.gateway() as gateway:
        report = await verify_journal(gateway.services, outside)
    session.show_record(_report_row(report))
    if report.findings:
        raise OperatorError(
            "journal-doubted",
            f"The journal is not what was signed: {len(report.findings)} findings.",
            remedy="Stop the gateway, keep a copy of the store as evidence, restore a backup and verify that.",
        )
    if report.unwitnessed:
        say(f"The newest {report.unwitnessed} entries are under no checkpoint yet; only a later one covers them.")


@command(
    app,
    "prove",
    "sogw journal prove 12 --out entry-12.tlog-proof",
    "sogw journal prove --case SO-2026-0001 --step report-withheld --out withheld.tlog-proof",
    "sogw journal prove --case SO-2026-0001 --step consent-given --content --out consent.tlog-proof",
    needs="proof.make",
)
async def prove(
    session: Session,
    entry: Entry = None,
    case: CaseOption = None,
    step: StepOption = None,
    content: WithContent = False,
    out: NewFile = None,
) -> None:
    """Prove one entry to the employee or an auditor: a file that 'sogw proof verify' checks with nothing else."""
    from gateway.application.prove_entry import find_entry, prove_entry

    actor = session.physician() if content else session.actor(ActorRole.AUDITOR)
    async with session.gateway() as gateway:
        if entry is None:
            named = _case_and_step(case, step)
            entry = await find_entry(gateway.services, *named, actor, with_content=content)
        manifest = gateway.keyring.manifest()
        proven = await prove_entry(gateway.services, entry, manifest.token, actor, with_content=content)
    show_or_write(proven.proof.written(), out)
    if out is not None:
        session.show_record(entry_row(proven.entry))
    say(f"To be verified with: sogw proof verify FILE --fingerprint {manifest.fingerprint}")


@command(app, "checkpoint", "sogw journal checkpoint --out checkpoint.txt", needs="journal.verify")
async def checkpoint_now(session: Session, out: NewFile = None) -> None:
    """Sign the journal as it is now, to be kept where we cannot change it: with an auditor, or on paper."""
    from gateway.application.attest_journal import attest

    session.operator()
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        signed = await attest(gateway.services, work)
    show_or_write(signed.note, out)


@command(app, "grown", "sogw journal grown held-by-lpbso.txt --out growth.txt", needs="journal.verify")
async def grown(session: Session, file: Held, out: NewFile = None) -> None:
    """Prove to whoever holds a checkpoint of ours that the journal of now holds it unchanged."""
    from gateway.application.prove_growth import prove_growth

    session.operator()
    note = read_text(file)
    async with session.gateway() as gateway:
        proof = await prove_growth(gateway.services, note)
    show_or_write(proof.written(), out)


@command(app, "witnessed", "sogw journal witnessed arbo-lindehof --out their-checkpoint.txt", needs="journal.verify")
async def witnessed(session: Session, party: PartnerId, out: NewFile = None) -> None:
    """Show the newest checkpoint of a partner's journal that we hold, for the partner or its auditor to verify."""
    session.operator()
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        held = await work.newest_witnessed(party)
    if held is None:
        raise RefusedError(
            "checkpoint-unknown",
            "We hold no checkpoint of that partner.",
            remedy="See: sogw partner list. Every receipt of a partner leaves one.",
        )
    show_or_write(held.note, out)


def entry_row(entry: "PublicEntry") -> Row:
    """An entry as it is shown."""
    return {
        "entry": entry.sequence,
        "recorded_at": entry.recorded_at,
        "step": entry.code,
        "outcome": entry.outcome,
        "role": entry.actor_role,
        "organisation": entry.organisation,
        "rules": entry.rules,
        "message_id": entry.message_id,
        "case_pseudonym": entry.case_ref,
    }


def _report_row(report: "JournalReport") -> Row:
    return {
        "entries": report.size,
        "root": report.root,
        "contents_checked": report.kept,
        "contents_erased": report.erased,
        "own_checkpoints": report.checkpoints,
        "outside_checkpoints": report.outside,
        "covered_by_a_checkpoint": report.witnessed_size,
        "is_whole": not report.findings,
        "findings": [asdict(finding) for finding in report.findings],
    }


def _case_and_step(case: str | None, step: str | None) -> tuple[str, str]:
    if case is None or step is None:
        raise RefusedError(
            "entry-not-named",
            "Which entry is to be proven was not said.",
            remedy="Give its number, or --case with --step.",
        )
    return case, step
