"""``sogw check``: is everything as it must be, and what to do when it is not."""

import typer

from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @command(app, "check", "sogw check", "sogw check --output json", needs="gateway.check")
    async def check_all(session: Session) -> None:
        """Check settings, keys, store, partners, messages, broker and topology; one line each.

        The exit status is that of the worst line that failed: 75 (try again), 78 (somebody must act), 3 (a file with
        choices cannot be used). It is 0 where no line failed: a line 'attention' does its work, and asks for a look.
        """
        from gateway.entrypoints.cli.check_lines import lines

        _permitted(session)
        found = [line async for line in lines(session)]
        session.show_rows(
            [{"what": x.what, "health": x.health, "why": x.why, "remedy": x.remedy or None} for x in found]
        )
        worst = max(line.exit_status for line in found)
        if worst:
            raise typer.Exit(worst)


def _permitted(session: Session) -> None:
    """Ask the table; settings that cannot be read are a line of the check, and the answer is the same at both sides."""
    from gateway.application.permit_act import raise_ruling
    from gateway.domain.party import Role
    from gateway.domain.permissions import Permission
    from gateway.domain.rules.permission import role_may
    from gateway.domain.steps import Actor, ActorRole

    by = Actor(session.role or ActorRole.OPERATOR, "")
    raise_ruling(role_may(Permission.GATEWAY_CHECK, by, Role.OHS))
