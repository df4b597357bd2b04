"""Flag the words of a handover that a person must read before it goes out (R48)."""

from gateway.domain.rules.neutrality import doubtful_words_in, opinion_words_in
from gateway.ports.letters import ReviewFlag


def opinions_in(part: str, text: str | None) -> tuple[ReviewFlag, ...]:
    """Flag a text with words of opinion, or with words that may be of one.

    Words of opinion are refused when a handover is recorded; one that was recorded elsewhere may have them.

    Args:
        part: How the flag names the text.
        text: Free text; invisible characters and odd spaces do not hide a word.

    Returns:
        One flag, or none.
    """
    found = (*opinion_words_in(text), *doubtful_words_in(text))
    return (ReviewFlag(part, found),) if found else ()
