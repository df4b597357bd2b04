"""The nouns of the command line, each loaded when it is used: a command does not wait for what others import."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, cast

import typer
from typer.core import TyperGroup
from typing_extensions import override

NOUNS: Final[Mapping[str, str]] = {
    "party": "Our own party.",
    "partner": "Parties we exchange with.",
    "key": "Our own keys.",
    "case": "Cases: submit, judge, decide, refer, read.",
    "consent": "Consents of the employee.",
    "referral": "Referrals: accept, conduct, report; ask and answer information.",
    "follow-up": "After the opinion: the consultation, what is adopted, and who goes on guiding.",
    "transfer": "Guidance by a colleague: asked, decided, handed over.",
    "complaint": "Complaints of the employee: filed, decided.",
    "rights": "Requests of the employee under the AVG, each with a month to answer.",
    "invoice": "Invoices: issue, record, list.",
    "message": "Messages under way: look, trace, replay, discard.",
    "housekeeping": "Terms of keeping, and what is deleted when they are over.",
    "alert": "What a person should know of this gateway.",
    "journal": "The journal as evidence: verify and prove.",
    "proof": "Verify a proof, without a gateway.",
    "store": "The store: made once, and on purpose.",
    "backup": "Copies of the store: make one, go on from one.",
    "broker": "The broker's topology: export, apply, audit.",
}
"""What each is about, in the order of the help."""


def noun(name: str) -> typer.Typer:
    """The application that a noun's module hangs its verbs on."""
    return typer.Typer(name=name, help=NOUNS[name], no_args_is_help=True)


class Verbs(Mapping[str, Any]):
    """The verbs of a noun, from its module ``gateway.entrypoints.cli.NOUN``, imported at the first look.

    Args:
        name: The noun.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._found: Mapping[str, Any] | None = None

    def _verbs(self) -> Mapping[str, Any]:
        if self._found is None:
            module = import_module(f"gateway.entrypoints.cli.{self._name.replace('-', '_')}")
            self._found = typer.main.get_group(module.app).commands
        return self._found

    @override
    def __getitem__(self, verb: str) -> Any:
        return self._verbs()[verb]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._verbs())

    @override
    def __len__(self) -> int:
        return len(self._verbs())


class Root(TyperGroup):
    """``sogw`` itself: the verbs without a noun, and the nouns."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for name, about in NOUNS.items():
            self.add_command(_Noun(name, about, self.rich_markup_mode))


class _Noun(TyperGroup):
    def __init__(self, name: str, about: str, markup: Any) -> None:
        super().__init__(name=name, help=about, no_args_is_help=True, rich_markup_mode=markup)
        self.commands = cast("dict[str, Any]", Verbs(name))
