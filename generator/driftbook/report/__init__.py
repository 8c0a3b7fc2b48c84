"""Findings for people, for programs and for GitHub: `render(diagnostics, root) -> str`."""
