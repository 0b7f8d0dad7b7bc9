# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Scenarios of errors_test.py: whom to trust, and no common ground."""
import ssl

from error_peers import *  # pylint: disable=wildcard-import


# Trust.

@scenario
def untrusted_1_2():
    client = ssl.create_default_context(cafile=cert('other_root.pem'))
    return both(client, server_context('server_rsa', '_chain', ONLY_1_2))


@scenario
def untrusted_1_3():
    client = ssl.create_default_context(cafile=cert('other_root.pem'))
    return both(client, server_context(), after_server=lambda s: s.recv(1))


@scenario
def another_name():
    return both(client_context(ONLY_1_2), server_context('wrong_host', ''))


@scenario
def expired():
    return both(client_context(ONLY_1_2), server_context('expired', ''))


@scenario
def client_certificate_missing_1_2():
    server = server_context('server_rsa', '_chain', ONLY_1_2)
    server.load_verify_locations(cert('ca.pem'))
    server.verify_mode = ssl.CERT_REQUIRED
    return both(client_context(), server)


@scenario
def client_certificate_missing_1_3():
    server = server_context('server_rsa', '_chain', ONLY_1_3)
    server.load_verify_locations(cert('ca.pem'))
    server.verify_mode = ssl.CERT_REQUIRED
    return both(client_context(), server, lambda s: s.recv(1))


@scenario
def client_certificate_untrusted_1_3():
    server = server_context('server_rsa', '_chain', ONLY_1_3)
    server.load_verify_locations(cert('ca.pem'))
    server.verify_mode = ssl.CERT_REQUIRED
    client = client_context()
    client.load_cert_chain(cert('client_other.pem'), cert('client_other.key'))
    return both(client, server, lambda s: s.recv(1))


# Nothing in common.

@scenario
def no_common_version():
    return both(client_context(ONLY_1_2),
                server_context('server_rsa', '_chain', ONLY_1_3))


@scenario
def no_common_version_reversed():
    return both(client_context(ONLY_1_3),
                server_context('server_rsa', '_chain', ONLY_1_2))


@scenario
def no_common_cipher():
    client, server = client_context(ONLY_1_2), server_context()
    client.set_ciphers('ECDHE-RSA-AES128-GCM-SHA256')
    server.set_ciphers('ECDHE-RSA-AES256-GCM-SHA384')
    return both(client, server)


@scenario
def cipher_of_another_key():
    client = client_context(ONLY_1_2)
    client.set_ciphers('ECDHE-ECDSA-AES128-GCM-SHA256')
    return both(client, server_context())


@scenario
def server_without_certificate_1_2():
    return both(client_context(ONLY_1_2),
                ssl.SSLContext(ssl.PROTOCOL_SSLv23))[1]


@scenario
def server_without_certificate_1_3():
    return both(client_context(ONLY_1_3),
                ssl.SSLContext(ssl.PROTOCOL_SSLv23))[1]


@scenario
def client_of_no_version():
    return to_client(b'', client_context(NO_VERSION), close=True)


@scenario
def server_of_no_version():
    return both(client_context(),
                server_context('server_rsa', '_chain', NO_VERSION))[1]
