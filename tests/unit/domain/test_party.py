"""A party is named by an id that a broker can carry, and told where it is not."""

import pytest

from gateway.domain.errors import RefusedError
from gateway.domain.party import Party, Role, check_party_id


@pytest.mark.parametrize("text", ["x", "7", "lpbso", "arbo-lindehof", "a--b", "a" * 48])
def test_a_party_id_is_a_short_word_of_small_letters_digits_and_inner_hyphens(text):
    check_party_id(text)
    assert Party(text, Role.POOL, "Praktijk").party_id == text


@pytest.mark.parametrize("text", ["", "-", "-a", "a-", "Lpbso", "a.b", "a/b", "a b", "a\n", "é", "٤", "a" * 49])
def test_whoever_gives_another_id_learns_where_it_stood_and_what_to_choose(text):
    with pytest.raises(RefusedError) as caught:
        check_party_id(text, "--party")
    assert (caught.value.code, caught.value.where) == ("party-id-invalid", "--party")
    assert "such as 'lpbso'" in caught.value.remedy
