"""Whose certificates are trusted: the system's store, and what the user names."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest
import trustme
import truststore

from tests.support.http.loopback import http, saying, served
from validator.errors import CertificateFailed, UsageError
from validator.http.connection_settings import connection_settings
from validator.http.network import Network
from validator.http.trust import _system_context, find_trust
from validator.sendapi import AsyncSendAPI

VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "SSLKEYLOGFILE")
ANSWER = http(b'{"used": 3}')


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def company(authority, tmp_path):
    """The file with the authority that has signed the server's certificate."""
    path = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def stranger(tmp_path):
    path = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def asked(key, certificate):
    """Ask a server whose certificate a company has signed; return the failure, or None."""

    async def ask(**network):
        async with served(saying(ANSWER), context=certificate) as port:
            url = f"https://localhost:{port}/v1"
            async with AsyncSendAPI(key, base_url=url, network=Network(**network)) as client:
                try:
                    assert await client.account.usage() == {"used": 3}
                except CertificateFailed as failure:
                    return str(failure)
                return None

    return ask


def folder_of(company, tmp_path):
    folder = tmp_path / "hashed"
    folder.mkdir()
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which names such files, is not installed: apt-get install openssl")
    words = ["openssl", "x509", "-subject_hash", "-noout", "-in", company]
    name = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    (folder / f"{name}.0").symlink_to(company)
    return folder


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
async def test_a_companys_authority_is_taken_from_the_environment(asked, environment, company, name):
    environment.setenv(name, str(company))

    assert await asked() is None


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"])
async def test_a_folder_of_authorities_is_taken_as_openssl_does(asked, environment, company, tmp_path, name):
    folders = str(folder_of(company, tmp_path))
    environment.setenv(name, f"/nowhere:{folders}" if name == "SSL_CERT_DIR" else folders)

    assert await asked() is None


@pytest.mark.anyio
async def test_a_ca_file_is_trusted_besides_whatever_else_is(asked, environment, company, stranger):
    assert await asked(ca_file=company) is None
    environment.setenv("SSL_CERT_FILE", str(stranger))
    assert await asked(ca_file=company) is None


@pytest.mark.anyio
async def test_a_failure_names_the_store_and_the_remedy_that_works(asked, environment, company, stranger):
    remedy = "if a company's own authority has signed it, name its file with --ca-file"

    assert f"Trusted is the system's store; {remedy}" in await asked()
    environment.setenv("REQUESTS_CA_BUNDLE", str(stranger))
    assert f"Trusted is {stranger} (REQUESTS_CA_BUNDLE); {remedy}" in await asked()
    environment.setenv("SSL_CERT_FILE", str(stranger))
    failure = await asked(ca_file=stranger)
    assert f"Trusted is {stranger} (SSL_CERT_FILE) and {stranger} (--ca-file); {remedy}" in failure
    assert await asked(ca_file=company) is None


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "holds no certificate in PEM form"),
        (b"\x30\x82\x03", "holds no certificate in PEM form"),
        (b" " * (16 * 2**20 + 1), "has more than 16 MB"),
    ],
)
@pytest.mark.parametrize("named_by", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "--ca-file"])
def test_a_file_that_holds_no_authority_is_an_error_and_not_passed_over(tmp_path, content, flaw, named_by):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    is_option = named_by == "--ca-file"

    with pytest.raises(UsageError) as raised:
        find_trust(path if is_option else None, {} if is_option else {named_by: str(path)})

    assert f"{named_by} names {path}, which {flaw}" in str(raised.value)
    assert f"or leave {named_by} out" in str(raised.value)


def test_a_folder_that_is_none_is_an_error():
    with pytest.raises(UsageError, match="SSL_CERT_DIR names /nowhere, which is no folder"):
        find_trust(None, {"SSL_CERT_DIR": "/nowhere"})


def test_a_damaged_certificate_is_an_error_that_names_its_file(tmp_path):
    path = tmp_path / "ca.pem"
    path.write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")

    with pytest.raises(UsageError, match=r"ca\.pem, which cannot be used"):
        find_trust(path, {}).context()


def test_without_tls_no_file_is_looked_at(environment):
    environment.setenv("SSL_CERT_FILE", "/nowhere")
    way = connection_settings("http://127.0.0.1:1/v1", Network(ca_file=Path("/nowhere")))

    assert str(way.trust) == "the system's store"


def test_the_secrets_of_connections_are_written_nowhere(environment, tmp_path):
    environment.setenv("SSLKEYLOGFILE", str(tmp_path / "secrets"))

    assert find_trust(None, {}).context().keylog_filename is None
    assert not (tmp_path / "secrets").exists()


def test_the_system_is_asked_where_openssl_knows_no_store(environment, tmp_path):
    assert type(_system_context("linux")) is ssl.SSLContext
    assert type(_system_context("darwin")) is truststore.SSLContext
    environment.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    environment.setenv("SSL_CERT_DIR", str(tmp_path))
    assert type(_system_context("linux")) is truststore.SSLContext
