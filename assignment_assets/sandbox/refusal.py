"""How the local org says no: a status and Salesforce's error code, in the shape that its API uses."""

from assignment_assets.domain.errors import AssignmentError


class Refusal(AssignmentError):
    """A request that the org does not carry out.

    `status` is the HTTP status, `code` Salesforce's errorCode, `fields` the fields at fault.
    """

    def __init__(self, status: int, code: str, message: str, fields: list[str] | None = None):
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields

    @property
    def body(self) -> list[dict]:
        """The JSON body: a list of one error."""
        error: dict = {"message": self.message, "errorCode": self.code}
        if self.fields is not None:
            error["fields"] = self.fields
        return [error]


def method_not_allowed(method: str, *allowed: str) -> Refusal:
    """What is said of a method that an address does not take."""
    message = f"HTTP Method '{method}' not allowed. Allowed are {','.join(allowed)}"
    return Refusal(405, "METHOD_NOT_ALLOWED", message)
