"""How the customer-success system says no: a status, a code and a description, in the shape of its answers."""

from assignment_assets.domain.errors import AssignmentError


class Refused(AssignmentError):
    """A request that is not carried out."""

    def __init__(self, status: int, code: str, description: str):
        super().__init__(f"{code}: {description}")
        self.status = status
        self.code = code
        self.description = description


def invalid_field(name: str) -> Refused:
    """What is said of a field that the object does not have."""
    return Refused(400, "GSOBJ_1002", f"Invalid field, please re-check data mapping ({name})")


def invalid_call(what: str) -> Refused:
    """What is said of a body that is none of the documented ones."""
    return Refused(400, "GSOBJ_1023", f"Invalid API called, please refer to API documentation: {what}")
