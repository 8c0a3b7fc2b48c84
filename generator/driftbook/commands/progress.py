"""Progress of long work: a bar on a terminal, a line for each kind of work elsewhere."""

from types import TracebackType
from typing import Self

from rich import progress
from rich.console import Console


class Progress:
    """Told by `say` what is done; shows it on standard error, so that output stays clean."""

    def __init__(self, console: Console, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._console = Console(stderr=True, no_color=console.no_color, highlight=False)
        self._bar = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(),
            progress.MofNCompleteColumn(),
            console=self._console,
            transient=True,
        )
        self._what = ""
        self._task: progress.TaskID | None = None

    def __enter__(self) -> Self:
        if self._live:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._bar.stop()

    @property
    def _live(self) -> bool:
        return self._console.is_terminal and not self._quiet

    def say(self, what: str, done: int, of: int) -> None:
        """What is being done, and how much of it is done."""
        if self._live:
            if what != self._what or self._task is None:
                if self._task is not None:
                    self._bar.remove_task(self._task)
                self._task = self._bar.add_task(what)
            self._bar.update(self._task, completed=done, total=of)
        elif what != self._what and not self._quiet:
            self._console.print(f"{what} …", style="dim")
        self._what = what
