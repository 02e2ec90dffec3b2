"""Whose signature proves a server's certificate: the system's store, or what the user names."""

from __future__ import annotations

import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import certifi
import truststore

from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPTION = "--ca-file"

# OpenSSL's own variables, and the one of Python's `requests`, which company machines set for it.
_FILE, _FOLDER, _OF_REQUESTS = "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"

_CERTIFICATE = b"CERTIFICATE-----"
# The largest bundle of a system has 250 KB; who names a device gets an error instead of a full memory.
_MAX_FILE_BYTES = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Authorities:
    """A PEM file with certificates of authorities, or a folder of them as `openssl rehash` makes it.

    Attributes:
        path: the file, or the folders with colons between.
        named_by: the option or variable that names it.
        is_folder: whether it is a folder.
    """

    path: str
    named_by: str
    is_folder: bool = False

    def __str__(self) -> str:
        return f"{self.path} ({self.named_by})"

    def require_usable(self) -> None:
        """Raise `UsageError` if certificates cannot be in it; OpenSSL would pass over some of these."""
        try:
            flaw = _flaw_of_folders(self.path) if self.is_folder else _flaw_of_file(Path(self.path))
        except OSError as error:
            flaw = f"cannot be read ({error.strerror})"
        if flaw:
            raise self._unusable(flaw)

    def _unusable(self, flaw: str) -> UsageError:
        return UsageError(
            f"{self.named_by} names {self.path}, which {flaw}; name a file with certificates in PEM form "
            f"(-----BEGIN {_CERTIFICATE.decode()}), or leave {self.named_by} out"
        )

    def add_to(self, context: ssl.SSLContext) -> None:
        """Let a context trust them too.

        Raises:
            UsageError: a certificate in the file is damaged.
        """
        try:
            if self.is_folder:
                context.load_verify_locations(capath=self.path)
            else:
                context.load_verify_locations(cafile=self.path)
        except (ssl.SSLError, OSError) as error:
            raise self._unusable(f"cannot be used ({error})") from error


def _flaw_of_file(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(_MAX_FILE_BYTES + 1)
    if len(content) > _MAX_FILE_BYTES:
        return f"has more than {_MAX_FILE_BYTES // 2**20} MB"
    return "" if _CERTIFICATE in content else "holds no certificate in PEM form"


def _flaw_of_folders(path: str) -> str:
    return "" if any(Path(one).is_dir() for one in path.split(":")) else "is no folder"


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The authorities whose signatures count.

    Attributes:
        instead: those that take the place of the system's store; none for that store.
        added: those that count too.
    """

    instead: tuple[Authorities, ...] = ()
    added: tuple[Authorities, ...] = ()

    def __str__(self) -> str:
        first = " and ".join(map(str, self.instead)) or "the system's store"
        return " and ".join([first, *map(str, self.added)])

    def context(self) -> ssl.SSLContext:
        """Return a context for HTTP/1.1 over TLS that trusts these. Takes 0.04 s; `SSLKEYLOGFILE` is ignored.

        Raises:
            UsageError: a certificate that the user named is damaged.
        """
        # Not `ssl.create_default_context`, which writes secrets where SSLKEYLOGFILE says.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self.instead else _system_context(sys.platform)
        for authorities in (*self.instead, *self.added):
            authorities.add_to(context)
        context.set_alpn_protocols(["http/1.1"])
        return context


SYSTEM_STORE = TrustStore()


def find_trust(ca_file: Path | None, environ: Mapping[str, str]) -> TrustStore:
    """Return what to trust.

    That is what `SSL_CERT_FILE` and `SSL_CERT_DIR` name, or else `REQUESTS_CA_BUNDLE`, or else the system's
    store; and the authorities in `ca_file` besides.

    Raises:
        UsageError: a file or folder that is named is not there, or cannot be one of certificates.
    """
    own = () if ca_file is None else (Authorities(str(ca_file), OPTION),)
    store = TrustStore(instead=tuple(_named_in(environ)), added=own)
    for authorities in (*store.instead, *store.added):
        authorities.require_usable()
    return store


def _named_in(environ: Mapping[str, str]) -> Iterator[Authorities]:
    file, folder, bundle = (environ.get(name, "") for name in (_FILE, _FOLDER, _OF_REQUESTS))
    if file:
        yield Authorities(file, _FILE)
    if folder:
        yield Authorities(folder, _FOLDER, is_folder=True)
    if bundle and not file and not folder:
        yield Authorities(bundle, _OF_REQUESTS, is_folder=Path(bundle).is_dir())


def _system_context(platform: str) -> ssl.SSLContext:
    """Return a context that trusts what the system does.

    truststore knows the stores of all systems. On Linux it reads the store anew for each connection, which
    takes 40 ms each (measured), so OpenSSL reads it once if it knows where it is.
    """
    if platform == "linux" and _openssl_knows_the_store():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        return context
    found = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if platform == "linux":
        found.load_verify_locations(cafile=certifi.where())  # small containers have no store at all
    return found


def _openssl_knows_the_store() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())))
