"""The MkDocs plugin `engineroom-quiz`: questions in any site. It hands pages to the extension, and their assets to the browser."""

import json
import re
import shutil
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from mkdocs.config import config_options
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as SitePage
from mkdocs.utils.templates import TemplateContext

from engineroom_quiz import eaten
from engineroom_quiz.authoring.errors import AuthorError, AuthorErrors
from engineroom_quiz.authoring.page import file_of, placed
from engineroom_quiz.extension import Quizzes
from engineroom_quiz.head import ID
from engineroom_quiz.host import Host

BROWSER = Path(__file__).with_name("browser")  # built into the wheel; a checkout has none
ASSETS = "assets/engineroom-quiz/"
_ANSWERS = '<section class="quiz-answers"'
_STYLE = Markup('<link rel="stylesheet" href="{}">')
_ABOUT = Markup('<template id="engineroom">{}</template>')
_SCRIPT = Markup('<script type="module" src="{}"></script>')


class Options(Config):
    """`site`: the site's name in its readers' browsers; its title makes one without."""

    site = config_options.Optional(config_options.Type(str))


class QuizPlugin(BasePlugin[Options]):
    """`quizzes` and `errors` have what the pages hold, and what is wrong with them, once they have been read."""

    def on_config(self, config: MkDocsConfig) -> None:
        self.site = self.config.site or re.sub(r"[^a-z0-9]+", "-", config.site_name.lower()).strip("-")
        if not ID.match(self.site):
            raise PluginError(
                "engineroom-quiz needs “site: …”: lower-case letters, digits and hyphens, beginning with a letter. Readers' answers are kept under it"
            )
        self.errors: list[AuthorError] = []
        self.quizzes = Quizzes(lambda wrong: self.errors.extend(wrong.errors))
        self._answers: dict[str, str] = {}
        self._wanted, self._style = False, ""
        config.markdown_extensions.append(self.quizzes)  # pyright: ignore[reportArgumentType]

    def hosted(self, style: str, host: Host) -> None:
        """For a site that has live cells and whose own scripts know <quiz-form>: it needs the style sheet at `style` only."""
        self._style, self.quizzes.host = style, host

    # After whatever gives a page its text.
    @event_priority(-60)
    def on_page_markdown(self, markdown: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> None:
        file = file_of(page.file.src_uri, config)
        source = "" if page.file.src_uri.endswith(".ipynb") else page.file.content_string
        if lost := [*eaten.lines(source, markdown, "macros" in config.plugins)]:
            names = " or ".join(f"“{name}”" for name in eaten.by(config)) or "of another name"
            reason = f"the plugin {names} has taken {{{{ }}}} or {{#…}} out of this quiz: put a line {{% raw %}} before it and {{% endraw %}} after it"
            self.errors += [AuthorError(file, line, reason) for line in lost]
        self.quizzes.page = placed(markdown, page, config)

    # After whatever changes the text. The answers come back when the page has been read for its search index.
    @event_priority(-60)
    def on_page_content(self, html: str, /, *, page: SitePage, config: MkDocsConfig, files: Files) -> str:
        if not self.quizzes.found.get(page.url):
            return html
        asked, mark, answers = html.rpartition(_ANSWERS)
        self._answers[page.url] = mark + answers
        return self._head(self.quizzes.page.root) + asked

    @event_priority(-60)
    def on_page_context(self, context: TemplateContext, /, *, page: SitePage, config: MkDocsConfig, nav: Navigation) -> None:
        page.content = (page.content or "") + self._answers.pop(page.url, "")

    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> None:
        if self.errors:
            raise PluginError(str(AuthorErrors(self.errors)))

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        if self._wanted:
            shutil.copytree(BROWSER, Path(config.site_dir, ASSETS), dirs_exist_ok=True, ignore=shutil.ignore_patterns("manifest.json"))

    def _head(self, root: str) -> str:
        """What a page with questions loads; `root` leads from it to the site's root."""
        if self._style:
            return f"{_STYLE.format(root + self._style)}\n"
        try:
            made = json.loads((BROWSER / "manifest.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            reason = "it was not installed from its wheel, which `make wheel` builds"
            raise PluginError(f"engineroom-quiz has no scripts and styles: {reason}") from None
        self._wanted = True
        at = root + ASSETS
        about = json.dumps({"site": self.site, "base": root})
        return f"{_STYLE.format(at + made['quiz'][0])}\n{_ABOUT.format(about)}\n{_SCRIPT.format(at + made['js'][0])}\n"
