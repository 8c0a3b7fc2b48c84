"""The same bytes that MkDocs makes, in half of the time.

MkDocs, Python-Markdown and Material spend most of a build on work whose result is known: patterns
tried on words that hold nothing for them, a navigation that is the same on a thousand pages, HTML
read three times that is passed on as it is. Each module here leaves out one such piece of work.
Tests hold each against what the libraries do by themselves.
"""
