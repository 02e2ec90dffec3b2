"""The certificate authorities to trust: the system's store, or those that the user names."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from validator.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OPTION = "--ca-file"

# OpenSSL's own variables, and the one of Python's `requests`, which companies set on their machines.
_FILE, _FOLDER, _OF_REQUESTS = "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"

_CERTIFICATE = b"CERTIFICATE-----"
# The largest bundle of a system has 250 KB. The limit keeps a device (/dev/zero) from filling the memory.
_MAX_FILE_BYTES = 16 * 2**20


class Authorities(Struct, frozen=True):
    """A PEM file with certificates of authorities, or a folder that `openssl rehash` has prepared.

    Attributes:
        path: the file, or the folders, separated by colons.
        named_by: the option or variable that names it.
        is_folder: whether it is a folder.
    """

    path: str
    named_by: str
    is_folder: bool = False

    def __str__(self) -> str:
        return f"{self.path} ({self.named_by})"

    def require_usable(self) -> None:
        """Raise `UsageError` if it has no certificates; OpenSSL would ignore some of these cases."""
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
        """Make a TLS context trust them too.

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


class TrustStore(Struct, frozen=True):
    """The authorities that are trusted.

    Attributes:
        instead: replace the system's store; empty for the system's store.
        added: trusted in addition.
    """

    instead: tuple[Authorities, ...] = ()
    added: tuple[Authorities, ...] = ()

    def __str__(self) -> str:
        first = " and ".join(map(str, self.instead)) or "the system's store"
        return " and ".join([first, *map(str, self.added)])

    def context(self) -> ssl.SSLContext:
        """Return a TLS context for HTTP/1.1. Takes 0.04 s; `SSLKEYLOGFILE` is ignored.

        Raises:
            UsageError: a certificate that the user named is damaged.
        """
        # Not `ssl.create_default_context`, which would write secrets to the file in SSLKEYLOGFILE.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if self.instead else _system_context(sys.platform)
        for authorities in (*self.instead, *self.added):
            authorities.add_to(context)
        context.set_alpn_protocols(["http/1.1"])
        return context


SYSTEM_STORE = TrustStore()


def find_trust(ca_file: Path | None, environ: Mapping[str, str]) -> TrustStore:
    """Return the authorities to trust.

    The first of these that is set: `SSL_CERT_FILE` and `SSL_CERT_DIR`, `REQUESTS_CA_BUNDLE`, the system's
    store. The authorities in `ca_file` are added.

    Raises:
        UsageError: a named file or folder does not exist, or has no certificates.
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
    """Return a context that trusts the system's store.

    truststore supports all systems. On Linux it reads the store again for each connection, which takes 40 ms
    (measured). So OpenSSL reads it, once, if it knows the location of the store.
    """
    if platform == "linux" and _openssl_knows_the_store():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        return context
    # Imported here, since most machines do without.
    import certifi  # noqa: PLC0415
    import truststore  # noqa: PLC0415

    found = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if platform == "linux":
        found.load_verify_locations(cafile=certifi.where())  # small containers have no store at all
    return found


def _openssl_knows_the_store() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())))
