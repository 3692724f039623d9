"""One store behind an fsspec URL: lists, reads, writes and removes files below an address."""

import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import fsspec
from fsspec.exceptions import FSTimeoutError

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.io.stores.schemes import SCHEMES

_FACTS = (
    "size",
    "ETag",
    "etag",
    "md5Hash",
    "generation",
    "mtime",
    "modify",
    "created",
    "LastModified",
    "last_modified",
    "updated",
)


@dataclass(frozen=True)
class Entry:
    """One file of a store: its size in bytes, and what changes when its content does (etag, times, size)."""

    size: int
    facts: str


class Store:
    """Files by their names below an address of an allowed scheme.

    Raises
    ------
    InvalidInput
        The package behind the scheme is not installed.
    SourceUnavailable
        The store does not answer, or (where it has folders) the address's folder is not there.
    """

    def __init__(self, url: str):
        self.url, name = url, url.partition("://")[0]
        self.scheme = SCHEMES[name]
        self._troubles = (OSError, EOFError, FSTimeoutError, *_own_errors(self.scheme.errors))
        try:
            fsspec.get_filesystem_class(name)
        except ImportError as error:
            package = self.scheme.package
            raise InvalidInput(
                "settings",
                [
                    Fault(
                        f"files, {url}",
                        f"the package {package} is not installed",
                        f"it behind {name}://",
                        f"Install it: pip install {package}",
                    )
                ],
            ) from error
        with self._translated("open"):
            self._files, root = fsspec.url_to_fs(url, skip_instance_cache=True)
            self._root = root.rstrip("/")
            is_there = not self.scheme.has_folders or self._files.isdir(self._root)
        if not is_there:
            raise SourceUnavailable(
                f"store {url}: its folder is not there, expected one that was made for it. "
                "Make it, or connect the share."
            )

    def listing(self, below: str) -> dict[str, Entry]:
        """Every file below a folder, by its name from there on; links are left out."""
        folder = f"{self._root}/{below}"
        with self._translated("list"):
            self._files.invalidate_cache()
            try:
                found = self._files.find(folder, detail=True)
            except FileNotFoundError:
                return {}
        return {
            name[len(folder) :].lstrip("/"): Entry(int(info.get("size") or 0), _facts(info))
            for name, info in found.items()
            if info.get("type") == "file" and not info.get("islink")
        }

    def read(self, names: Iterable[str]) -> dict[str, bytes]:
        """The content of each file; one that has gone meanwhile is left out."""
        paths = {f"{self._root}/{name}": name for name in names}
        with self._translated("read"):
            answers = self._files.cat(list(paths), on_error="return") if paths else {}
            contents = {}
            for path, answer in answers.items():
                if isinstance(answer, bytes):
                    contents[_named(path, paths)] = answer
                elif not isinstance(answer, FileNotFoundError):
                    raise answer
        return contents

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Puts files there; nobody sees half of one."""
        with self._translated("write"):
            if not self.scheme.has_folders:
                self._files.pipe({f"{self._root}/{name}": content for name, content in contents.items()})
                return
            for name, content in contents.items():
                folder, _, last = f"{self._root}/{name}".rpartition("/")
                self._files.makedirs(folder, exist_ok=True)
                self._files.pipe_file(f"{folder}/.{last}.partial", content)
                if self._files.exists(f"{folder}/{last}"):  # some servers rename onto nothing that is there
                    self._files.rm_file(f"{folder}/{last}")
                self._files.mv(f"{folder}/.{last}.partial", f"{folder}/{last}")

    def remove(self, names: Iterable[str]) -> None:
        """Takes files away; one that is gone already is no fault."""
        with self._translated("remove"):
            for name in names:
                try:
                    self._files.rm_file(f"{self._root}/{name}")
                except FileNotFoundError:
                    continue

    def make_folders(self, names: Iterable[str]) -> None:
        """Makes folders, in a store that has them."""
        with self._translated("make folders in"):
            for name in names if self.scheme.has_folders else ():
                self._files.makedirs(f"{self._root}/{name}", exist_ok=True)

    @contextmanager
    def _translated(self, action: str) -> Iterator[None]:
        try:
            yield
        except self._troubles as error:
            raise SourceUnavailable(
                f"store {self.url}: cannot {action} it ({type(error).__name__}: {error}), expected a "
                "store that answers. Check the address, the network and the log-in that its "
                "package reads from the environment; it is tried again at the next look."
            ) from error


def _facts(info: Mapping[str, Any]) -> str:
    return " ".join(f"{name}={info[name]}" for name in _FACTS if info.get(name) is not None)


def _named(path: str, paths: Mapping[str, str]) -> str:
    """The name asked for, whether or not the store answers with a slash in front."""
    return paths.get(path) or paths.get(f"/{path}") or paths[path.lstrip("/")]


def _own_errors(names: Iterable[str]) -> tuple[type[BaseException], ...]:
    """The errors of a scheme's own package, where it is installed."""
    found = []
    for name in names:
        module, _, kind = name.rpartition(".")
        if importlib.util.find_spec(module.partition(".")[0]):
            found.append(getattr(importlib.import_module(module), kind))
    return tuple(found)
