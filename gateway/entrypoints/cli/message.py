"""``sogw message``: what was sent, received and held; metadata only, but for ``open``."""

from typing import Annotated

import typer

from gateway.domain.errors import RefusedError
from gateway.domain.messages import Kind
from gateway.entrypoints.cli.arguments import one_of
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session
from gateway.entrypoints.cli.work_list import SHOWN, Cursor, Limit, OfPartner, tell_more
from gateway.ports.store import Direction, InboxState, OutboxState, QuarantineState

app = noun("message")

_SOME = "0d1f7a52-3c9e-4f0b-8a55-2b6f1c9e7d10"

MessageId = Annotated[str, typer.Argument(metavar="MESSAGE", help="Id of the message, or of a held delivery.")]
OfCase = Annotated[str | None, typer.Option("--case", help="Only messages of this case.")]
Because = Annotated[str, typer.Option("--reason", help="Why, for the journal; name nobody.", show_default=False)]
_STATES = one_of([*OutboxState, *InboxState, *QuarantineState])
InState = Annotated[
    str | None,
    typer.Option(
        "--state", parser=_STATES, metavar="STATE", help="Only this state, such as pending, undeliverable or held."
    ),
]

OfKind = Annotated[
    Kind | None, typer.Option("--kind", metavar="KIND", help="Only this kind, such as referral-requested.")
]
Going = Annotated[Direction | None, typer.Option("--direction", help="Only out, or only in.")]


@command(
    app,
    "list",
    "sogw message list",
    "sogw message list --state held",
    "sogw message list --case SO-2026-0001 --limit 200 --output json",
    needs="message.read",
)
async def list_all(
    session: Session,
    case: OfCase = None,
    state: InState = None,
    kind: OfKind = None,
    partner: OfPartner = None,
    direction: Going = None,
    limit: Limit = SHOWN,
    cursor: Cursor = None,
) -> None:
    """List messages of outbox, inbox and quarantine, newest first."""
    from gateway.application.reading.messages import MessageQuery, message_list
    from gateway.entrypoints.cli.message_view import listed

    by = session.operator()
    query = MessageQuery(limit, cursor, direction, state, partner, kind, case)
    async with session.gateway() as gateway:
        page = await message_list(gateway.services, by, query)
        now = gateway.services.clock.now()
    session.show_rows([listed(line, now) for line in page.lines], nothing="There are no such messages.")
    tell_more(page.cursor)


@command(app, "show", f"sogw message show {_SOME}", needs="message.read")
async def show(session: Session, message: MessageId) -> None:
    """Show what is known about one message; its content stays sealed."""
    from gateway.entrypoints.cli.message_view import record

    session.operator()
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        found = await record(work, message)
    if found is None:
        raise _unknown()
    session.show_record(found)


@command(app, "trace", f"sogw message trace {_SOME}", f"sogw message trace {_SOME} --output json", needs="message.read")
async def trace(session: Session, message: MessageId) -> None:
    """Tell the life of one message: made, sent, delivered, refused, held, replayed."""
    from gateway.entrypoints.cli.message_view import life

    session.operator()
    async with session.gateway() as gateway, gateway.services.store.begin() as work:
        events = await life(work, message, gateway.services.terms.receipt_within)
    if not events:
        raise _unknown()
    session.show_rows(events)


@command(
    app,
    "open",
    f'sogw message open {_SOME} --reason "Partner asks what arrived" --actor "B. de Beheerder"',
    needs="message.open",
)
async def open_content(session: Session, message: MessageId, reason: Because) -> None:
    """Show what a held or parked message says; who looked and why is journalled first, also in the case's log.

    Only for a person with a name (--actor). What was sent or taken in already stands in its case.
    """
    from gateway.application.open_message import open_message
    from gateway.domain.steps import ActorRole

    async with session.gateway() as gateway:
        opened = await open_message(gateway.services, message, reason, session.actor(ActorRole.OPERATOR))
    say("That you looked, and why, is in the journal.")
    session.show_record(
        {
            "message_id": opened.message_id,
            "partner": opened.partner,
            "unopened_because": opened.reason,
            "content": opened.content.decode("utf-8", "backslashreplace"),
        }
    )


@command(app, "discard", f'sogw message discard {_SOME} --reason "Sent twice by mistake"', needs="message.handle")
async def discard(session: Session, message: MessageId, reason: Because) -> None:
    """Give up a held, parked, refused or undeliverable message, for good.

    A held delivery never comes back, unless the road renamed it: then the message counts under its own names. A parked
    message is refused and its sender told; what is missing before it is still waited for. An undeliverable one can be
    discarded when nobody waits for it. Discarding a refused one says that you have looked: its alert ends.
    """
    from gateway.application.discard_message import discard_message
    from gateway.domain.steps import ActorRole

    async with session.gateway() as gateway:
        message_id, state = await discard_message(gateway.services, message, reason, session.actor(ActorRole.OPERATOR))
    session.show_record({"message_id": message_id, "state": state})
    if state == "discarded" and message_id == message:
        say("It has no effect, now or later. What is missing before it in its line, if anything, is still waited for.")
    if state == "set-aside":
        say("Somebody on the road renamed it. The message in it counts when it comes under its own names.")


@command(app, "replay", f"sogw message replay {_SOME}", needs="message.handle")
async def replay(session: Session, message: MessageId) -> None:
    """Offer a message again: the same bytes under the same id, so that it has one effect.

    An outgoing message goes back into the outbox; a held delivery is opened and judged once more. A refused withdrawal
    or erasure request that could not be opened is sealed anew, under a new id.
    """
    from gateway.application.replay_message import replay_message
    from gateway.domain.steps import ActorRole

    async with session.gateway() as gateway:
        outcome = await replay_message(gateway.services, message, session.actor(ActorRole.OPERATOR))
    session.show_record(
        {
            "message_id": outcome.message_id,
            "direction": outcome.direction,
            "state": outcome.state,
            "reason": outcome.reason,
        }
    )
    if outcome.state == "held":
        say("It cannot be taken in yet; mend the reason and replay it again.")
        raise typer.Exit(RefusedError.exit_status)


def _unknown() -> RefusedError:
    return RefusedError("message-unknown", "There is no such message here.", remedy="See: sogw message list")
