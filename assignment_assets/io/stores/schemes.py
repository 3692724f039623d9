"""Which kinds of store there are, and what each needs beside fsspec."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scheme:
    """One kind of store: the package behind it (empty: none), errors of its own, whether it has folders and renames.

    Where there are no folders, an object is there whole or not at all.
    """

    package: str = ""
    errors: tuple[str, ...] = ()
    has_folders: bool = False


SCHEMES = {
    "file": Scheme(has_folders=True),
    "memory": Scheme(),
    "ftp": Scheme(errors=("ftplib.Error",), has_folders=True),
    "sftp": Scheme("paramiko", ("paramiko.ssh_exception.SSHException",), has_folders=True),
    "smb": Scheme("smbprotocol", ("smbprotocol.exceptions.SMBException",), has_folders=True),
    "s3": Scheme("s3fs", ("botocore.exceptions.BotoCoreError",)),
    "gs": Scheme("gcsfs", ("gcsfs.retry.HttpError", "google.auth.exceptions.GoogleAuthError")),
    "abfs": Scheme("adlfs", ("azure.core.exceptions.AzureError",)),
}
"""Every scheme that an address may have; others are refused when the settings are read."""


def address_fault(url: str) -> str:
    """Why the text is no address of a store, as a sentence's part; empty where it is one, or empty itself."""
    if not url:
        return ""
    scheme, separator, rest = url.partition("://")
    if "@" in rest.partition("/")[0] and scheme != "abfs":  # there it stands between container and account
        return "the address carries a log-in; names and passwords come from the environment"
    if not separator or scheme not in SCHEMES or "::" in url:
        return f"{url!r} has none of the schemes {', '.join(f'{name}://' for name in SCHEMES)}"
    if not rest.strip("/"):
        return f"{url!r} names no bucket or folder"
    return ""
