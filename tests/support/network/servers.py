"""Programs of others between the command and the sandbox: a proxy with a password, and a front with TLS."""

import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from listening import program, reserved_port, wait_until_listening

USER, PASSWORD = "ann", "Geheim-2026"  # tinyproxy takes no marks in one

PACKAGES = {"tinyproxy": "tinyproxy-bin", "squid": "squid", "nginx": "nginx-light"}

TINYPROXY = """
Port {port}
Listen 127.0.0.1
Timeout 60
LogFile "{log}"
LogLevel Connect
MaxClients 100
Allow 127.0.0.1
BasicAuth {user} {password}
"""

SQUID = """
http_port 127.0.0.1:{port}
pid_filename {folder}/squid.pid
access_log stdio:{log}
cache_log {folder}/cache.log
cache deny all
netdb_filename none
pinger_enable off
shutdown_lifetime 0 seconds
auth_param basic program {helper}
auth_param basic realm proxy
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
"""

HELPER = """#!/bin/sh
while read -r line; do
    if [ "$line" = "{user} {password}" ]; then echo OK; else echo ERR; fi
done
"""

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{}}
http {{
    access_log {log};
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    upstream provider {{
        server 127.0.0.1:{upstream};
        keepalive 16;
    }}
    server {{
        listen 127.0.0.1:{port} ssl;
        ssl_certificate {folder}/chain.pem;
        ssl_certificate_key {folder}/key.pem;
        location / {{
            proxy_pass http://provider;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
        }}
    }}
}}
"""


@dataclass(frozen=True)
class Running:
    """A program on a port of loopback, and the file that it logs to."""

    port: int
    log: Path

    @property
    def said(self):
        return self.log.read_text(encoding="utf-8", errors="replace")


def missing(*names):
    """Return what to install before these can be started; empty if all is there."""
    packages = [PACKAGES[name] for name in names if not program(name)]
    return f"not installed: apt-get install {' '.join(packages)}" if packages else ""


@contextmanager
def proxy(kind):
    """Run a proxy that wants USER and PASSWORD. squid gives up being root, so its folder is open."""
    command = {"tinyproxy": _tinyproxy, "squid": _squid}[kind]
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        with running(command, folder) as made:
            yield made


@contextmanager
def tls_front(folder, *, upstream, authority, names=("localhost",)):
    """Run nginx with a certificate of an authority, in front of a port of loopback."""
    issued = authority.issue_cert(*names)
    (folder / "chain.pem").write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    (folder / "key.pem").write_bytes(issued.private_key_pem.bytes())

    def command(values):
        return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", _written(NGINX, values)]

    with running(command, folder, upstream=upstream) as made:
        yield made


@contextmanager
def running(command, folder, **values):
    port, log = reserved_port(), folder / "log"
    log.touch()
    log.chmod(0o666)
    with (
        (folder / "errors").open("wb") as errors,
        subprocess.Popen(
            command(values | {"port": port, "log": log, "folder": folder}), stdout=errors, stderr=errors
        ) as process,
    ):
        try:
            wait_until_listening(port, process, folder / "errors")
            yield Running(port, log)
        finally:
            process.terminate()


def _tinyproxy(values):
    text = _written(TINYPROXY, values | {"user": USER, "password": PASSWORD})
    return [program("tinyproxy"), "-d", "-c", text]


def _squid(values):
    helper = values["folder"] / "helper.sh"
    helper.write_text(HELPER.format(user=USER, password=PASSWORD))
    helper.chmod(0o755)
    return [program("squid"), "-N", "-f", _written(SQUID, values | {"helper": helper})]


def _written(template, values):
    path = values["folder"] / "program.conf"
    path.write_text(template.format(**values), encoding="utf-8")
    return str(path)
