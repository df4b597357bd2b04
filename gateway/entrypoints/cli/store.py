"""``sogw store``: the place where everything is kept, made on purpose."""

from gateway.domain.errors import OperatorError, RefusedError
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.nouns import noun
from gateway.entrypoints.cli.session import Session

app = noun("store")

_MISSING = "store-missing"


@command(app, "create", "sogw store create", needs="store.keep")
async def create(session: Session) -> None:
    """Make an empty store at the address in [store], such as a database on a server; 'sogw init' made its file itself.

    Nothing is overwritten. A store that is gone is brought back from a copy, with 'sogw backup restore': an empty one
    knows no refusal of any employee.
    """
    from gateway.bootstrap import build

    session.operator()
    if await _is_there(session):
        raise RefusedError("store-exists", "There is a store already.", where="[store] url", remedy="Use it as it is.")
    async with build(session.settings, makes_store=True):
        pass
    session.show_record({"party": session.settings.party.id, "partners": 0})
    say("An empty store. Let every partner be added to it: sogw partner add")


@command(app, "rebuild", "sogw store rebuild", needs="store.keep")
async def rebuild(session: Session) -> None:
    """Make what work lists show of every case anew from its steps; the journal and the cases stay as they are."""
    from gateway.application.reading.work_lists import rebuild_summaries

    by = session.operator()
    async with session.gateway() as gateway:
        made = await rebuild_summaries(gateway.services, by)
    session.show_record({"cases": made})


async def _is_there(session: Session) -> bool:
    try:
        async with session.gateway():
            return True
    except OperatorError as error:
        if error.code != _MISSING:
            raise
        return False
