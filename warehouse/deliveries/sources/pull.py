"""Pulling a source: each of its files whole, one after the other, into the vault; what can't be had does not stop the rest.

The order of the work and its outcomes belong here; how a kind is opened does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from warehouse.codebooks.recognise import Declared
from warehouse.deliveries.disk import storage_faults
from warehouse.deliveries.names import clean_name
from warehouse.deliveries.sources import dtm, kobo
from warehouse.deliveries.sources.address import is_url, protocol_of
from warehouse.deliveries.sources.files import Item, local_items
from warehouse.deliveries.sources.model import Source
from warehouse.deliveries.sources.redact import quiet, redact, shown
from warehouse.deliveries.sources.retry import SourceError, patiently
from warehouse.deliveries.sources.same import same_export
from warehouse.deliveries.sources.transfer import Pulled, fetched
from warehouse.deliveries.vault import Receipt, Vault
from warehouse.errors import MtmError, UnreadableDelivery
from warehouse.personal.shapes import masked_name
from warehouse.progress import tell


@dataclass(frozen=True)
class Outcome:
    """What became of one file of a source (or of the source itself, where it could not be opened)."""

    name: str
    receipt: Receipt | None = None
    error: MtmError | None = None
    notes: list[str] = field(default_factory=list)
    key: str = ""  # of the file, among those of its source

    @property
    def is_refused(self) -> bool:
        """The file came and can't be used: nothing helps but another file. Other errors may pass."""
        return isinstance(self.error, UnreadableDelivery)

    @property
    def may_pass(self) -> bool:
        """The source did not answer as it should, and another try may help; a refusal (401, 404) stays one."""
        return isinstance(self.error, SourceError) and self.error.may_pass


def receive_source(vault: Vault, source: Source, only: Collection[str] | None = None) -> Iterator[Outcome]:
    """Pull a source into the vault, file by file. `only`: keys of the files that are wanted (None: all)."""
    quiet()
    protocol = protocol_of(source.url)
    try:
        if source.kind == "kobo":
            yield _one(vault, source, kobo.pulled(vault.home, source))
        elif source.kind == "dtm":
            yield _one(vault, source, dtm.pulled(vault.home, source))
        elif protocol == "file":
            yield from _local(vault, source, only)
        elif protocol in ("http", "https"):
            yield _web_file(vault, source)
        else:
            yield from _remote(vault, source, only)
    except Exception as error:
        yield Outcome(called(source), error=_told(error, source))


def called(source: Source) -> str:
    """The source's name, or its address as it may be shown."""
    if source.name:
        return source.name
    return shown(source.url) if is_url(source.url) and protocol_of(source.url) != "file" else clean_name(source.url)


def local_path(url: str) -> Path:
    """The path of a `file://` URL, or of a path."""
    return Path(unquote(urlsplit(url).path)) if is_url(url) else Path(url)


def _local(vault: Vault, source: Source, only: Collection[str] | None) -> Iterator[Outcome]:
    path = local_path(source.url)
    items, below = local_items(path)
    if below:
        yield Outcome(clean_name(path.name), notes=[f"{below} folders below it were not looked into"])
    if not items:
        yield Outcome(clean_name(path.name), notes=["there are no files to receive"])
    wanted = _wanted(items, only)
    for number, item in enumerate(wanted, 1):
        tell("receiving", masked_name(item.name), number, len(wanted))
        yield _received(vault, source, Pulled(Path(item.path), item.name, "file"), item, restore=path.is_file())


def _remote(vault: Vault, source: Source, only: Collection[str] | None) -> Iterator[Outcome]:
    from warehouse.deliveries.sources.remote import Remote

    remote = patiently(lambda: Remote(source.url, source.secret_variable))
    with closing(remote):
        items = patiently(remote.items)
        if not items:
            yield Outcome(called(source), notes=["there are no files to receive"])
        for item in _wanted(items, only):
            opener = partial(remote.opened, item)
            file = fetched(vault.home, f"{remote.where}:{item.path}", item.shown, item.name, item.shown, opener)
            yield _one(vault, source, file, item, restore=remote.is_one)


def _web_file(vault: Vault, source: Source) -> Outcome:
    from warehouse.deliveries.sources.address import without_secrets, without_user
    from warehouse.deliveries.sources.secrets import web_caller
    from warehouse.deliveries.sources.web_file import opened

    url = without_user(source.url)
    item = Item(without_secrets(url), unquote(urlsplit(url).path.rpartition("/")[2]), shown(url), None, "")
    opener = partial(opened, web_caller(source), url)
    return _one(vault, source, fetched(vault.home, item.path, item.shown, item.name, item.shown, opener), item)


def _wanted(items: list[Item], only: Collection[str] | None) -> list[Item]:
    return [item for item in items if only is None or item.key in only]


def _one(
    vault: Vault,
    source: Source,
    file: AbstractContextManager[Pulled],
    item: Item | None = None,
    *,
    restore: bool = True,
) -> Outcome:
    """Pull one file and receive it. Its error does not stop the others."""
    name = clean_name(item.name) if item else called(source)
    try:
        with storage_faults(name), file as pulled:
            return _received(vault, source, pulled, item, restore=restore)
    except Exception as error:
        return Outcome(name, error=_told(error, source), key=item.key if item else "")


def _received(vault: Vault, source: Source, file: Pulled, item: Item | None, *, restore: bool) -> Outcome:
    name, key = clean_name(file.name), item.key if item else ""
    try:
        if source.kind == "kobo" and kobo.is_export(source.url) and (known := same_export(vault, source, file)):
            return Outcome(name, Receipt(known, is_new=False), key=key)
        receipt = vault.receive(
            file.path,
            source.declared,
            partial=source.partial,
            source=redact(file.source),
            source_name=source.name,
            name=name,
            restore=restore,
        )
    except Exception as error:
        return Outcome(name, error=_told(error, source), key=key)
    return Outcome(name, receipt, key=key)


def _told(error: Exception, source: Source) -> MtmError:
    """An error nobody foresaw: its kind and the source, never its text (which may hold secrets or values)."""
    if isinstance(error, MtmError):
        return error
    return MtmError(
        f"unexpected {type(error).__name__}",
        where=called(source),
        todo="run again with mtm --debug and report it",
        code="unexpected",
    )


def with_declared(
    source: Source, operation: str | None, component: str | None, number: int | None, partial_round: bool
) -> Source:
    """The source, with what the command line says over what was declared."""
    d = source.declared
    said = Declared(operation or d.operation, component or d.component, d.round_number if number is None else number)
    return replace(source, declared=said, partial=partial_round or source.partial)
