"""Markdown as one line of plain text."""

import pytest

from driftbook import plain


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("Send reads to the **primary** region.", "Send reads to the primary region."),
        ("If it is `missing`:\nis it *there*?", "If it is missing: is it there?"),
        ("See [the plan](https://x.example/).", "See the plan."),
        ("First.\n\nSecond.", "First."),
        ("- one\n- two", "one"),
        ("a < b & <script>", "a < b & <script>"),
        ("", ""),
    ],
)
def test_words_of_the_first_paragraph(markdown: str, words: str) -> None:
    assert plain.line(markdown, 240) == words


def test_cut_between_words() -> None:
    assert plain.line("Stop the bulk job, then look.", 20) == "Stop the bulk job…"
    assert len(plain.line("word " * 200, 240)) <= 240
