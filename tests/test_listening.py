"""Ports for programs of others: nobody else is given one before its program listens."""

import socket

from listening import reserved_port


def given_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_reserved_port_is_given_to_nobody_else():
    reserved = [reserved_port() for _ in range(300)]

    assert len(set(reserved)) == 300
    assert not {given_port() for _ in range(3000)} & set(reserved)


def test_a_server_can_listen_on_a_reserved_port():
    with socket.socket() as server, socket.socket() as client:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", reserved_port()))
        server.listen()

        client.connect(server.getsockname())
