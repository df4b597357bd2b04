"""What a verified proof shows, in plain Dutch. The words are made from the proven entry, never taken from the file."""

from gateway.domain.checkpoint import SignedCheckpoint
from gateway.domain.entry import PublicEntry
from mappings.letters.step_names import STEP_NAMES
from mappings.letters.times import long_moment
from mappings.letters.words import ROLES

_OUTCOMES = {
    "done": "gedaan",
    "refused": "geweigerd",
    "dropped": "niet verstuurd",
    "quarantined": "niet leesbaar, apart gehouden",
}


def proof_in_words(entry: PublicEntry, signed: SignedCheckpoint, party_id: str, *, has_content: bool) -> str:
    """A short text for the employee: which step, when, in which role, and how sure that is.

    Args:
        entry: As the proof showed it.
        signed: The checkpoint it is proven under.
        party_id: Whose journal.
        has_content: Whether the content was proven too.
    """
    step = STEP_NAMES.get(entry.code, entry.code)
    role = ROLES.get(entry.actor_role, entry.actor_role)
    rules = ", ".join(entry.rules) or "geen"
    content = (
        "Ook wat er precies is vastgelegd, is bewezen: het staat hieronder bij 'content'."
        if has_content
        else "Wat er precies is vastgelegd, staat niet in dit bewijs. Er staan geen persoonsgegevens in."
    )
    return (
        f"BEWEZEN. In het logboek van {party_id} staat als regel {entry.sequence}:\n"
        f"  Stap:        {step} ({entry.code})\n"
        f"  Vastgelegd:  {long_moment(entry.recorded_at)}\n"
        f"  Door:        {role} ({entry.organisation})\n"
        f"  Uitkomst:    {_OUTCOMES.get(entry.outcome, entry.outcome)}\n"
        f"  Regels:      {rules}\n"
        f"{_signature(signed, party_id)}\n"
        "Deze regel kan daarna niet meer worden veranderd of weggehaald zonder dat dit\n"
        "bewijs het laat zien. Bewaar dit bestand.\n"
        f"{content}\n"
    )


def _signature(signed: SignedCheckpoint, party_id: str) -> str:
    when = f"op {long_moment(signed.signed_at)} " if signed.signed_at.year > _FIRST_YEAR else ""
    return f"{party_id} heeft {when}getekend voor alle {signed.checkpoint.size} regels."


_FIRST_YEAR = 1970
"""The time of signing is part of the quantum-safe signature; without it there is none (1970)."""
