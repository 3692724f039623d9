"""A form as it comes over the wire: read within bounds, its fields by name."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from assignment_assets.review_app.access import PageRefused

MOST_BYTES = 400_000
MOST_FIELDS = 6_000
LONGEST_FIELD = 500


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form.

    Raises
    ------
    PageRefused
        It is no plain form (415), too large, too long in one field (413), or not text (400).
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise PageRefused(415, "Only forms of these pages are read here.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise PageRefused(413, "That is more than these pages ever send.")
    fields: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            bytes(body).decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except (UnicodeDecodeError, ValueError) as error:
        raise PageRefused(400, "The form cannot be read. Reload the page and send it again.") from error
    for name, value in pairs:
        if len(value) > LONGEST_FIELD:
            raise PageRefused(
                413,
                f"A field has {len(value):,} characters, expected at most {LONGEST_FIELD}. Go back and "
                "shorten it; nothing was saved.",
            )
        fields.setdefault(name, []).append(value.replace("\x00", ""))
    return fields
