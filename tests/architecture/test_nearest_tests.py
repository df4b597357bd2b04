"""Which tests are asked about a mutant first, and which are not asked."""

from tests.mutation.nearest import FIRST, MOST, NEAREST, in_groups

REACHING = {
    "judge": ["near.py::test_row[1]", "near.py::test_row[2]", "near.py::test_bound", "far.py::test_course"],
    "refer": ["far.py::test_course", "near.py::test_bound"],
    "release": ["far.py::test_course"],
}


def test_a_test_that_reaches_few_functions_is_asked_before_one_that_reaches_many() -> None:
    first, *rest = in_groups(REACHING["judge"], REACHING)

    assert first == ("near.py::test_row[1]", "near.py::test_bound", "far.py::test_course", "near.py::test_row[2]")
    assert rest == []


def test_a_table_of_many_rows_does_not_push_out_the_other_tests() -> None:
    rows = [f"table.py::test_row[{row}]" for row in range(1000)]
    others = [f"course.py::test_{number}" for number in range(MOST - 1)]
    reaching = {"judge": rows + others, "refer": others}

    first, rest = in_groups(reaching["judge"], reaching)

    assert len(first) == FIRST
    assert sum(test in rows for test in first) == 1
    assert set(others) <= {*first, *rest}
    assert sum(test in rows for test in (*first, *rest)) == NEAREST
    assert len(rest) == len(set(rest))
    assert not set(first) & set(rest)


def test_no_test_is_no_group() -> None:
    assert list(in_groups([], REACHING)) == []
