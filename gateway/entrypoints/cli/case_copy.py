"""``sogw case export``: all that is held of a case, for the employee."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.domain.errors import RefusedError, reason_of
from gateway.entrypoints.cli.command import command
from gateway.entrypoints.cli.failures import say
from gateway.entrypoints.cli.output import write_new_text
from gateway.entrypoints.cli.session import Session

if TYPE_CHECKING:
    from gateway.bootstrap import Gateway
    from gateway.ports.copies import CaseCopy, CopyWriter

CaseOrReferral = Annotated[
    str, typer.Argument(metavar="CASE", help="Id of the case; at a pool, of a referral.", show_default=False)
]
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="FILE|DIR",
        help="A folder for both forms, or a file ending in .json or .txt.",
        show_default=False,
    ),
]


class Form(StrEnum):
    """In which form a copy is written, as the end of its file's name."""

    DOCUMENT = ".json"
    PAGE = ".txt"


_WRITE: "dict[Form, Callable[[CopyWriter, CaseCopy], str]]" = {
    Form.DOCUMENT: lambda writer, copied: writer.document(copied),
    Form.PAGE: lambda writer, copied: writer.page(copied),
}


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    examples = ("sogw case export SO-2026-0001 --out copy", "sogw case export SO-2026-0001 --out copy.json")
    command(app, "export", *examples, needs="case.copy")(export)


async def export(session: Session, case: CaseOrReferral, out: Out) -> None:
    """Write a copy of all that is held of a case, for the employee: JSON, and a Dutch page to print.

    Every step with every field, consents, messages, report, letters and log; that it was made is in the log. The files
    can be read by you alone and hold what is secret: hand them over, then remove them.
    """
    from gateway.application.copy_case import copy_case

    files = _files(out)
    async with session.gateway() as gateway:
        copied = await copy_case(gateway.services, case, session.physician())
        writer = await _writer(gateway)
    for form, file in files.items():
        _write(file, _WRITE[form](writer, copied))
    session.show_rows([{"file": file, "bytes": file.stat().st_size} for file in files.values()])
    say("Only for the employee. Remove the files when they were handed over.")


def _files(out: Path) -> dict[Form, Path]:
    """Which files are to be written; none of them is there."""
    if out.suffix in set(Form) and not out.is_dir():
        files = {Form(out.suffix): out}
    elif out.suffix and not out.is_dir():
        raise typer.BadParameter("not a folder, or a file ending in .json or .txt", param_hint="--out")
    else:
        files = {form: out / f"copy{form}" for form in Form}
    for file in files.values():
        if file.exists():
            raise RefusedError(
                "copy-exists",
                "There is a file already; it is not overwritten.",
                where=str(file),
                remedy="Choose another name.",
            )
    return files


def _write(file: Path, text: str) -> None:
    """Write it for its owner alone."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RefusedError(
            "copy-not-writable",
            f"The folder cannot be made ({reason_of(error)}).",
            where=str(file.parent),
            remedy="Name a folder that exists and is yours.",
        ) from None
    write_new_text(file, text + "\n")


async def _writer(gateway: "Gateway") -> "CopyWriter":
    from gateway.entrypoints.cli.case_reading import letter_writer, names
    from mappings.copies import DutchCopies

    return DutchCopies(await letter_writer(gateway), await names(gateway))
