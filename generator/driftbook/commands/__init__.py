"""One plain function per verb; each returns an exit status."""
