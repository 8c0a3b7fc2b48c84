"""A bare selector, held to fewer series."""

from collections.abc import Iterable

from driftbook.promql.parse import parse


def narrowed(selector: str, matchers: Iterable[str]) -> str:
    """The selector with further matchers, such as `le="10"`; on one line, without backticks.

    Raises PromqlError where it has a comment or raw strings and does not parse.
    """
    if "#" in selector or "`" in selector:
        selector = str(parse(selector).prettify()).replace("`", r"\x60")
    body, brace, inside = selector.strip().partition("{")
    kept = inside.rstrip("} \n").rstrip(", \n") if brace else ""
    every = [*([kept] if kept else []), *matchers]
    return f"{body.strip()}{{{','.join(every)}}}" if every else body
