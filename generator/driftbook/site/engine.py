"""MkDocs as a library: load a site, render one page of it, through the same events as a build."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftbook import names
from driftbook.site.quick import inline, navigation, parts, sections


@dataclass(frozen=True, slots=True)
class Site:
    """MkDocs' own picture of a site: its configuration, files, navigation and Jinja environment."""

    config: Any
    files: Any
    documents: tuple[Any, ...]
    nav: Any
    env: Any

    @property
    def search(self) -> Any:
        """The plugin of Material that makes the index, or None."""
        return self.config.plugins.get("material/search")


def load(file: Path, **settings: Any) -> Site:
    """As MkDocs does before it renders; all pages of the navigation have their titles then.

    settings: that replace those of the configuration.
    """
    from mkdocs.config import load_config
    from mkdocs.structure.files import get_files, set_exclusions
    from mkdocs.structure.nav import get_navigation
    from mkdocs.structure.pages import Page

    config = load_config(str(file), **settings)
    config = config.plugins.on_config(config)
    config.plugins.on_pre_build(config=config)
    env = config.theme.get_env()
    files = get_files(config)
    files.add_files_from_theme(env, config)
    files = config.plugins.on_files(files, config=config)
    set_exclusions(files, config)
    nav = config.plugins.on_nav(get_navigation(files, config), config=config, files=files)
    for document in files.documentation_pages():
        if document.page is None:
            Page(None, document, config)
    for page in nav.pages:
        page.read_source(config)
    env = config.plugins.on_env(env, config=config, files=files) or env
    navigation.remember(env, nav)
    config["markdown_extensions"] += [inline.Quick()]
    env.auto_reload = False
    site = Site(config, files, tuple(files.documentation_pages()), nav, env)
    if site.search:
        site.search.search_index = sections.Index(**site.search.config)
    return site


def render(site: Site, file: Any) -> tuple[bytes, list[dict[str, Any]]]:
    """A page as HTML, and its entries in the index of the search."""
    from mkdocs.commands.build import get_context

    config, files, page = site.config, site.files, file.page
    if site.search:
        site.search.search_index.entries = []
    page = config.plugins.on_pre_page(page, config=config, files=files)
    page.read_source(config)
    page.markdown = config.plugins.on_page_markdown(
        page.markdown, page=page, config=config, files=files
    )
    page.markdown, aside = parts.without(page.markdown) if _generated(file) else (page.markdown, [])
    page.render(config, files)
    page.content = config.plugins.on_page_content(
        page.content, page=page, config=config, files=files
    )
    page.active = True
    try:
        context = get_context(site.nav, site.documents, config, page)
        template = site.env.get_template(page.meta.get("template", "main.html"))
        context = config.plugins.on_page_context(context, page=page, config=config, nav=site.nav)
        page.content = parts.within(page.content, aside)
        html = config.plugins.on_post_page(template.render(context), page=page, config=config)
    finally:
        page.active = False
    entries = site.search.search_index.entries if site.search else []
    return bytes(html.encode("utf-8", errors="xmlcharrefreplace")), entries


def _generated(file: Any) -> bool:
    """Whether driftbook wrote a page; people may write anything into theirs."""
    with Path(file.abs_src_path).open("rb") as start:
        return names.MARK.encode() in start.read(1024)
