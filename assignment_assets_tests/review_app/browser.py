"""A visitor as tests send one: opens links, keeps cookies, fills in the forms that pages show. No scripts run."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import requests

from assignment_assets.domain.identity.links import Pass, seal_link


class Page(HTMLParser):
    """A page's text, and its forms with the fields that a browser would send."""

    def __init__(self, answer: requests.Response):
        super().__init__()
        self.status, self.headers, self.html = answer.status_code, answer.headers, answer.text
        self.url, self.text = answer.url, ""
        self.forms: list[dict[str, list[str]]] = []
        self.actions: list[str] = []
        self.boxes: dict[tuple[str, str], bool] = {}
        self.links: list[str] = []
        self._select = ""
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        facts = dict(attributes)
        if tag == "a":
            self.links.append(facts.get("href", ""))
        if tag == "form":
            self.forms.append({})
            self.actions.append(facts["action"])
        if tag == "input" and facts.get("type") == "checkbox" and "disabled" not in facts:
            self.boxes[facts["name"], facts["value"]] = "checked" in facts
        if tag == "input" and facts.get("type") != "checkbox" and self.forms:
            self.forms[-1].setdefault(facts["name"], []).append(facts.get("value", ""))
        if tag == "select" and self.forms:
            self._select = facts["name"]
            self.forms[-1].setdefault(self._select, [""])
        if tag == "option" and "selected" in facts and self.forms:
            self.forms[-1][self._select] = [facts["value"]]

    def handle_data(self, data: str) -> None:
        self.text += data if data.strip() else " "


@dataclass
class Visitor:
    """One person's browser."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def open(self, path: str, **options) -> Page:
        """The page at a path, or at a whole address."""
        url = path if path.startswith("http") else f"{self.address}{path}"
        return Page(self.session.get(url, timeout=20, **options))

    def post(self, path: str, fields: dict, **options) -> Page:
        """What a posted form leads to."""
        return Page(self.session.post(f"{self.address}{path}", data=fields, timeout=20, **options))

    def send(self, page: Page, number: int = 0, **changes) -> Page:
        """Sends one of the page's forms with its ticks as they stand, and changes on top."""
        ticked = {}
        for (name, value), is_ticked in page.boxes.items():
            if is_ticked:
                ticked.setdefault(name, []).append(value)
        fields = page.forms[number] | ticked | {name.replace("__", "."): value for name, value in changes.items()}
        return self.post(page.actions[number], fields)


def link(address: str, key: bytes, role: str, person: str, expires_at, cycle: str = "2026q4-global") -> str:
    """A personal link."""
    return f"{address}/in?k={seal_link(key, Pass(role, cycle, person, expires_at))}"
