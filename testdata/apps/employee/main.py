# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""An employee calls on a partner, who wants to know with whom it speaks.

usage: main.py [DATABASE NAME HOST PORT CA_CERTS]

The employee's private key and certificate are text in a record of the
database. Without arguments the database is staff.sql, in memory, and the
partner's server runs in this process, with a key and a certificate from there.
No key is ever in a file of its own.
"""
import collections
import os
import socket
import sqlite3
import ssl
import sys
import threading
from io import StringIO

HERE = os.path.dirname(os.path.abspath(__file__))

Record = collections.namedtuple('Record', 'name key_str cert_str')


def find(database, table, name):
    row = database.execute(
        'SELECT name, key, certificate FROM %s WHERE name = ?' % table,
        (name,)).fetchone()
    if row is None:
        sys.exit('there is no %s %s' % (table, name))
    return Record(*row)


def identify(context, record):
    """Has `context` present the record's certificate."""
    context.load_cert_chain(certfile=StringIO(record.cert_str),
                            keyfile=StringIO(record.key_str))


def call(employee, host, port, ca_certs):
    """What the partner answers to who is known by that certificate."""
    context = ssl.create_default_context(cafile=ca_certs)
    identify(context, employee)
    with socket.create_connection((host, port)) as plain:
        with context.wrap_socket(plain, server_hostname=host) as connection:
            connection.sendall(b'hello\n')
            return connection.makefile('rb').readline().decode()


def serve(partner, listener, ca_certs):
    """Greets one caller by the name in its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    identify(context, partner)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cafile=ca_certs)
    plain, _ = listener.accept()
    with context.wrap_socket(plain, server_side=True) as connection:
        subject = dict(pair for name in connection.getpeercert()['subject']
                       for pair in name)
        connection.makefile('rb').readline()
        connection.sendall(b'hello %s\n' % subject['commonName'].encode())


def show():
    """Both sides, from staff.sql."""
    database = sqlite3.connect(':memory:')
    with open(os.path.join(HERE, 'staff.sql'), encoding='ascii') as staff:
        database.executescript(staff.read())
    roots, = database.execute('SELECT certificates FROM trusted').fetchone()
    partner = find(database, 'partner', 'localhost')
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(1)
        server = threading.Thread(
            target=serve, args=(partner, listener, StringIO(roots)))
        server.daemon = True
        server.start()
        answer = call(find(database, 'employee', 'ada'), 'localhost',
                      listener.getsockname()[1], StringIO(roots))
        server.join()
    print('%s, over %s: %s' % (partner.name, ssl.OPENSSL_VERSION,
                               answer.strip()))


def main():
    if not sys.argv[1:]:
        return show()
    path, name, host, port, ca_certs = sys.argv[1:]
    database = sqlite3.connect('file:%s?mode=ro' % path, uri=True)
    sys.stdout.write(
        call(find(database, 'employee', name), host, int(port), ca_certs))


if __name__ == '__main__':
    main()
