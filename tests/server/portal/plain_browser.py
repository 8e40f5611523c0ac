"""A browser without scripts: it shows a page and sends its form by one of the buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from ..web_client import WebClient

Attributes = dict[str, str | None]


class FormPage(HTMLParser):
    """The form of a page, as a browser reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.tags: list[tuple[str, Attributes]] = []
        self.fields: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._in_form = False
        self._select = ""
        self._textarea: str | None = None
        self.feed(text)

    @property
    def visible(self) -> str:
        """All that is said."""
        return " ".join(" ".join(self.words).split())

    @property
    def cells(self) -> dict[str, Attributes]:
        """The fields of the sheet by name."""
        fields = [attributes for tag, attributes in self.tags if tag in ("input", "select")]
        named = ((attributes.get("name") or "", attributes) for attributes in fields)
        return {name: attributes for name, attributes in named if name.startswith("cell.")}

    def values(self) -> dict[str, str]:
        """Return what the form would send."""
        return dict(self.fields)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag == "form" and attributes.get("id") == "sheet":
            self._in_form = True
        name = attributes.get("name") or ""
        if not self._in_form:
            return
        if tag == "input" and self._is_sent(attributes):
            self.fields.append((name, attributes.get("value") or ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in attributes:
            self.fields.append((self._select, attributes.get("value") or ""))
        elif tag == "textarea":
            self._textarea = name

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self.fields.append((self._textarea, data))
        else:
            self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = None
        elif tag == "form":
            self._in_form = False

    @staticmethod
    def _is_sent(attributes: Attributes) -> bool:
        if attributes.get("type") == "file":
            return False
        return attributes.get("type") != "checkbox" or "checked" in attributes


@dataclass
class PlainBrowser:
    """Looks at the submit page."""

    web: WebClient
    headers: dict[str, str] = field(default_factory=dict)
    page: FormPage = field(init=False)

    def __post_init__(self) -> None:
        self.page = FormPage(self.web.get("/", headers=self.headers).text)

    def choose(self, content: bytes, name: str = "jobs.csv") -> FormPage:
        """Choose a file and press the first button."""
        answer = self.web.post(
            "/", data=self.page.values(), files={"file": (name, content)}, headers=self.headers
        )
        return self._shown(answer)

    def press(self, address: str = "/", **fields: str) -> httpx.Response:
        """Press a button with other values in some fields."""
        data = self.page.values() | {name.replace("__", "."): v for name, v in fields.items()}
        # As files: httpx then sends a multipart form, as browsers do here.
        parts = [(name, (None, value)) for name, value in data.items()]
        return self.web.post(address, files=parts, headers=self.headers)

    def mend(self, **fields: str) -> FormPage:
        """Change cells, or press a button, and look at the page after it."""
        return self._shown(self.press(**fields))

    def _shown(self, answer: httpx.Response) -> FormPage:
        assert answer.status_code == 200, answer.text
        self.page = FormPage(answer.text)
        return self.page
