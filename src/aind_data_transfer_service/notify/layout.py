"""The two forms of a mail: plain text, and HTML that needs nothing but the mail itself."""

from dataclasses import dataclass
from html import escape
from string import Template


@dataclass(frozen=True, slots=True)
class Row:
    """One fact with its name."""

    label: str
    value: str
    url: str | None = None
    """Where more of it is to be read."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says, before it has a form."""

    subject: str
    lead: str
    rows: list[Row]
    url: str | None
    log: str | None
    footer: str
    alarming: bool


_PAGE = Template("""\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$subject</title>
</head>
<body style="margin:0;padding:16px;font:16px/1.45 -apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:600px;margin:0 auto">
<p style="margin:0 0 16px;padding-left:12px;border-left:4px solid $colour;font-size:18px;\
overflow-wrap:anywhere">$lead</p>
$rows
$button
$log
<p style="margin:24px 0 0;font-size:13px;opacity:.7">$footer</p>
</div>
</body>
</html>
""")
# Label above value, not beside it: that fits a phone.
_ROW = Template("""\
<p style="margin:0 0 12px;overflow-wrap:anywhere">\
<span style="display:block;$style">$label</span>$value</p>""")
_NAME = "font-size:13px;opacity:.7"
_LINK = "padding:6px 0"  # full size and contrast: it is to be hit with a finger
_BUTTON = Template("""\
<p style="margin:20px 0"><a href="$url" style="display:inline-block;padding:10px 18px;\
border-radius:6px;background:#1f5fa8;color:#ffffff;text-decoration:none">Open the job</a></p>""")
_LOG = Template("""\
<p style="margin:20px 0 4px;font-size:13px;opacity:.7">End of the log</p>
<pre style="margin:0;padding:10px;border:1px solid #8888;border-radius:6px;font-size:12px;\
white-space:pre-wrap;overflow-wrap:anywhere">$log</pre>""")

_CALM = "#2e7d4f"
_ALARM = "#b3261e"


def as_text(letter: Letter) -> str:
    """Return the letter as plain text."""
    parts = [letter.lead]
    if letter.url is not None:
        parts.append(f"Open the job: {letter.url}")
    parts.append("\n".join(_text_row(row) for row in letter.rows))
    if letter.log is not None:
        parts.append(f"End of the log:\n\n{letter.log.rstrip()}")
    parts.append(f"-- \n{letter.footer}")
    return "\n\n".join(parts) + "\n"


def as_html(letter: Letter) -> str:
    """Return the letter as an HTML page; everything in it is escaped."""
    rows = [
        _ROW.substitute(
            style=_NAME if row.url is None else _LINK, label=_label(row), value=_lines(row.value)
        )
        for row in letter.rows
    ]
    return _PAGE.substitute(
        subject=escape(letter.subject),
        lead=escape(letter.lead),
        colour=_ALARM if letter.alarming else _CALM,
        rows="\n".join(rows),
        button="" if letter.url is None else _BUTTON.substitute(url=escape(letter.url)),
        log="" if letter.log is None else _LOG.substitute(log=escape(letter.log.rstrip())),
        footer=escape(letter.footer),
    )


def _text_row(row: Row) -> str:
    lines = [f"{row.label}: {row.value}", *([] if row.url is None else [row.url])]
    return "\n".join(lines).replace("\n", "\n  ")


def _label(row: Row) -> str:
    label = escape(row.label)
    return label if row.url is None else f'<a href="{escape(row.url)}">{label}</a>'


def _lines(value: str) -> str:
    return escape(value).replace("\n", "<br>\n")
