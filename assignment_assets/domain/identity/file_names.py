"""What people's words are called on disk: regions, decisions and policies as one part of a path."""


def plain_name(text: str) -> str:
    """The text with an underscore for whatever is neither a letter nor a digit, so that it can name a file anywhere."""
    return "".join(letter if letter.isalnum() else "_" for letter in text)
