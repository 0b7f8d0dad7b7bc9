# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Talks to a partner's server as the employee whose record holds the key.

usage: python2.7 employee.py DATABASE NAME HOST PORT CA_CERTS

The private key and the certificate are columns of the record: text, never a
file. Standard input goes to the server, its answer to standard output.
"""
import collections
import socket
import sqlite3
import ssl
import sys
from StringIO import StringIO

Employee = collections.namedtuple('Employee', 'name key_str cert_str')


def find(database, name):
    rows = sqlite3.connect(database).execute(
        'SELECT name, key, certificate FROM employee WHERE name = ?', (name,))
    record = rows.fetchone()
    if record is None:
        sys.exit('there is no employee %s' % name)
    return Employee(*record)


def connect(employee, host, port, ca_certs):
    """A verified connection that presents the employee's certificate."""
    plain = socket.create_connection((host, port))
    connection = ssl.wrap_socket(
        plain,
        keyfile=StringIO(employee.key_str),
        certfile=StringIO(employee.cert_str),
        cert_reqs=ssl.CERT_REQUIRED,
        ssl_version=ssl.PROTOCOL_SSLv23,
        ca_certs=ca_certs)
    ssl.match_hostname(connection.getpeercert(), host)
    return connection


def main():
    database, name, host, port, ca_certs = sys.argv[1:]
    connection = connect(find(database, name), host, int(port), ca_certs)
    words = sys.stdin.read()
    connection.sendall(words)
    answer = ''
    while len(answer) < len(words):
        received = connection.recv(4096)
        if not received:
            break
        answer += received
    connection.close()
    sys.stdout.write(answer)


if __name__ == '__main__':
    main()
