"""What to write instead, for the slips that most often make a file no YAML."""

_BY_MESSAGE = (
    ("mapping values are not allowed", "quotes around a text with a colon in it"),
    ("',' or ']'", "a comma or `]`; quotes around a text with a comma or a bracket in it"),
    ("',' or '}'", "a comma or `}`; quotes around a text with a comma, a colon or a brace in it"),
    ("while scanning a quoted scalar", "a quote at the end of the text"),
    ("unknown escape character", "single quotes, or two backslashes for one"),
    ("could not find expected ':'", "a colon and a space behind the key"),
    ("'-' indicator", "every entry of the list in one column, each with `-`"),
    ("did not find expected key", "every key in one column, and quotes around the whole of a text"),
)


def advice(message: str, line: str, column: int) -> str:
    """By libyaml's message and the line at which it gave up; "" where the cause is not clear."""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" in indent:
        return "spaces at the start of the line: YAML does not take tabs there"
    char = line[column - 1 : column]
    if "cannot start any token" in message and char:
        return f"quotes around a text that starts with {char}"
    for part, words in _BY_MESSAGE:
        if part in message:
            return words
    return ""
