"""What can be wrong in a catalog: one module per check, listed here by code."""

from collections.abc import Iterator

from driftbook.checks import (
    alias,
    bad_duration,
    bad_name,
    bad_value,
    bound_notation,
    condition_count,
    control_character,
    duplicate_key,
    duplicate_name,
    empty_value,
    encoding,
    file_size,
    key_type,
    lineage_cycle,
    missing_key,
    name_collision,
    no_catalog,
    not_a_mapping,
    not_in_list,
    retired_alone,
    second_document,
    step_kind,
    successor,
    syntax,
    tag,
    unknown_key,
    unknown_kind,
    unknown_reference,
    unreadable_file,
    wrong_type,
)
from driftbook.checks.kit import Check, Running, Subject
from driftbook.diagnostics import Diagnostic

CHECKS: tuple[Check, ...] = (
    syntax,
    encoding,
    control_character,
    duplicate_key,
    alias,
    tag,
    key_type,
    second_document,
    not_a_mapping,
    unknown_kind,
    file_size,
    unreadable_file,
    unknown_key,
    missing_key,
    wrong_type,
    not_in_list,
    bad_duration,
    bad_name,
    bad_value,
    empty_value,
    condition_count,
    step_kind,
    unknown_reference,
    duplicate_name,
    lineage_cycle,
    no_catalog,
    name_collision,
    successor,
    retired_alone,
    bound_notation,
)
"""Every check by its code; a check that looks at the whole catalog is in `RUNNING` too."""

RUNNING: tuple[Running, ...] = (
    unknown_reference,
    duplicate_name,
    lineage_cycle,
    name_collision,
    successor,
    retired_alone,
)


def run(subject: Subject) -> Iterator[Diagnostic]:
    """What the checks find in a resolved catalog."""
    for check in RUNNING:
        yield from check.check(subject)
