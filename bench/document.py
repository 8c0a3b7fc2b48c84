"""The page of the documentation that holds what was measured: each program writes its own part."""

from pathlib import Path

_MARK = "\n## "


def replace(page: Path, part: str) -> None:
    """Puts a part into a page: in the place of the one with its heading, else at the end.

    part: begins with `## Heading`; or with `# Title`, and is the page up to its first `## `.
    """
    first, *others = page.read_text(encoding="utf-8").rstrip().split(_MARK)
    body = part.strip()
    if body.startswith("# "):
        first = body
    else:
        body = body.removeprefix("## ")
        heading = body.partition("\n")[0]
        places = [n for n, other in enumerate(others) if other.partition("\n")[0] == heading]
        at = places[0] if places else len(others)
        others[at : at + 1] = [body]
    text = _MARK.join(part.rstrip() + "\n" for part in (first, *others))
    page.write_text(text, encoding="utf-8")
