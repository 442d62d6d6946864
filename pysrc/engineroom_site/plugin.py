"""MkDocs hooks: what the site is made of, handed from one room to the next. No work is done here."""

import shutil
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils import meta

from engineroom import grading
from engineroom_quiz.authoring.errors import AuthorError, AuthorErrors
from engineroom_quiz.authoring.page import Page, file_of, placed
from engineroom_quiz.host import Host
from engineroom_quiz.plugin import QuizPlugin
from engineroom_site import answers, checked, credits, csp, labs, math, progress, search, source_pages, steps
from engineroom_site.assets import AssetError
from engineroom_site.cells import options
from engineroom_site.cells.execute import Executor
from engineroom_site.cells.extension import LiveCells
from engineroom_site.client import ClientError
from engineroom_site.placeholders import Placeholders
from engineroom_site.runtime.plain import RuntimeBuildError
from engineroom_site.toolchain.node import NodeError
from engineroom_site.wheels import WheelError

UNPLACED = "http://localhost/"  # the site's address when nobody has said where it will be


class Build:
    """One build of the site: what it is made from, and what its pages leave behind."""

    def __init__(self, quiz: QuizPlugin):
        self.built = steps.prepare()
        self.errors, self.quizzes = quiz.errors, quiz.quizzes
        quiz.hosted(self.built.client["quiz"][0], Host(grading.results, options.ids, answers.answered))
        self.notebooks: dict[str, str] = {}
        self.ids: dict[str, list[str]] = {}
        self.titles: dict[str, str] = {}
        self.used: dict[str, list[str]] = {}
        self.order: list[str] = []
        self.cells = LiveCells(Executor(self.built.data_dir), self._keep, lambda wrong: self.errors.extend(wrong.errors))
        renderers = {
            "checked": checked.badge,
            "credits": lambda _: credits.table(self.built, self.cells.page.root),
            "map": lambda _: progress.on_map(),
            "progress": lambda _: progress.element("reader-progress", self.cells.page.root + self.built.client["quiz"][0]),
            "review": lambda _: progress.element("quiz-review", self.cells.page.root + self.built.client["quiz"][0]),
            "source": source_pages.listing,
        }
        self.placeholders = Placeholders(renderers, self._wrong)

    def _keep(self, page: Page, ids: list[str], notebook: str) -> None:
        self.ids[page.address] = ids
        self.notebooks[page.address] = notebook

    def _wrong(self, line: int, reason: str) -> None:
        page = self.cells.page
        self.errors.append(AuthorError(page.file, page.first_line + line - 1, reason))


_build: Build
_some = False  # only some pages are drawn: what the whole book is needed for can wait


def on_startup(command: str, dirty: bool) -> None:
    global _some
    _some = dirty


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    global _build
    quiz = config.plugins["engineroom-quiz"]
    assert isinstance(quiz, QuizPlugin)
    try:
        _build = Build(quiz)
    except (AssetError, ClientError, NodeError, RuntimeBuildError, WheelError) as error:
        raise PluginError(str(error)) from None
    built = _build.built
    config.extra["engineroom"] = {"site": quiz.site, "runtime_url": built.runtime_url, "data_url": built.data_url, "client": built.client}
    config.markdown_extensions += [_build.placeholders, _build.cells]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path in source_pages.modules():
        uri = source_pages.url(path).rstrip("/") + ".md"
        files.append(File.generated(config, uri, content=source_pages.markdown(path)))
    if _some:
        return files
    pages = [(file.src_uri, _text(file, config)) for file in files.documentation_pages()]  # labs before mkdocs-jupyter stumbles over one
    if _build.errors:
        raise PluginError(str(AuthorErrors(_build.errors)))
    _build.cells.ahead(pages)
    return files


def _text(file: File, config: MkDocsConfig) -> str:
    return _lab(file, config) if file.src_uri.endswith(".ipynb") else meta.get_data(file.content_string)[0]


def _lab(file: File, config: MkDocsConfig) -> str:
    try:
        return labs.markdown(Path(config.docs_dir, file.src_uri))
    except ValueError as error:
        _build.errors.append(AuthorError(file_of(file.src_uri, config), 1, str(error)))
        return ""


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    _build.order = [page.url for page in nav.pages]
    return nav


# After mkdocs-jupyter, which gives notebooks an empty text.
@event_priority(-50)
def on_page_markdown(markdown: str, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    if page.file.src_uri.endswith(".ipynb"):
        markdown = _lab(page.file, config)
    _build.cells.page = placed(markdown, page, config)
    return markdown


def on_page_content(html: str, page: SitePage, config: MkDocsConfig, files: Files) -> str:
    _build.titles[page.url] = str(page.title)
    if page.url in _build.notebooks:
        page.meta["notebook"] = "notebook.ipynb"
        page.present_anchor_ids = (page.present_anchor_ids or set()) | set(
            _build.ids[page.url]
        )  # so that links to cells are known to lead somewhere
    source = page.file.content_string

    def wrong(error: math.MathError) -> None:
        line = source[: max(source.find(error.tex), 0)].count("\n") + 1
        _build.errors.append(AuthorError(_build.cells.page.file, line, str(error)))

    _build.used[page.url] = search.names(html)
    return math.render(search.without_answers(html), wrong)


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> Environment:
    if _build.errors:
        raise PluginError(str(AuthorErrors(_build.errors)))
    return env


def on_post_page(output: str, page: SitePage, config: MkDocsConfig) -> str:
    if config.site_url == UNPLACED and page.canonical_url:
        output = output.replace(Markup('<link rel="canonical" href="{}">').format(page.canonical_url), "")
    if notebook := _build.notebooks.get(page.url):
        place = Path(page.file.abs_dest_path).with_name("notebook.ipynb")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(notebook, encoding="utf-8")
    return search.redirected(output, _build.built.client["search"][0])


def on_post_template(output_content: str, template_name: str, config: MkDocsConfig) -> str:
    return search.redirected(output_content, _build.built.client["search"][0])


def on_post_build(config: MkDocsConfig) -> None:
    site, built = Path(config.site_dir), _build.built
    for folder, url in ((built.runtime_dir, built.runtime_url), (built.data_dir, built.data_url), (built.client_dir, built.client_url)):
        shutil.copytree(folder, site / url, dirs_exist_ok=True)
    for path, text in credits.texts(built).items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, encoding="utf-8")
    titles = {address: _build.titles[address] for address in _build.order if address in _build.titles}
    (site / "progress.json").write_text(progress.totals(config.site_name, titles, _build.ids, _build.quizzes), encoding="utf-8")
    try:
        search.split(site, built.client["search"][0], _build.used)
    except search.SearchError as error:
        raise PluginError(str(error)) from None
    csp.write(site)
