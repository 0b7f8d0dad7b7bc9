# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Scenarios of errors_test.py: after the handshake, and around it."""
import socket
import ssl
import struct
import threading

from error_peers import *  # pylint: disable=wildcard-import


def hello_and_read(tls):
    tls.sendall(b'hello')
    tls.recv(1)


@scenario
def damaged_data_1_2():
    return Tampering(DATA, 1).run(
        client_context(ONLY_1_2), server_context(), hello_and_read,
        lambda tls: tls.recv(1))


@scenario
def damaged_data_1_3():
    return Tampering(DATA, 2).run(
        client_context(ONLY_1_3), server_context(), hello_and_read,
        lambda tls: tls.recv(1))


@scenario
def damaged_finished_1_2():
    return Tampering(HANDSHAKE, 3).run(
        client_context(ONLY_1_2), server_context(), hello_and_read,
        lambda tls: tls.recv(1))


# After the handshake.



@scenario
def eof_in_read():
    def read(tls):
        tls.suppress_ragged_eofs = False
        tls.recv(1)
    return both(client_context(ONLY_1_2), server_context(), read, drop)[0]


@scenario
def eof_in_unwrap():
    def unwrap(tls):
        tls.unwrap()
    return both(client_context(ONLY_1_2), server_context(), unwrap, drop)[0]


def after_reset(action):
    """What a client says that does `action` when its server has reset it."""
    near, far = sockets()

    def serve():
        tls = server_context().wrap_socket(far, server_side=True)
        tls.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       struct.pack('ii', 1, 0))
        tls.close()
        far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    tls = client_context(ONLY_1_2).wrap_socket(near, server_hostname=NAME)
    thread.join()
    result = caught(lambda: action(tls))
    tls.close()
    near.close()
    return result


@scenario
def reset_in_read():
    def read(tls):
        tls.suppress_ragged_eofs = False
        tls.recv(1)
    return after_reset(read)


@scenario
def reset_in_recv():
    return after_reset(lambda tls: tls.recv(1))


@scenario
def reset_in_write():
    return after_reset(lambda tls: tls.send(b'x'))


@scenario
def reset_in_unwrap():
    return after_reset(lambda tls: tls.unwrap())


@scenario
def write_after_unwrap():
    def unwrap(tls):
        tls._sslobj.shutdown()
        tls._sslobj.write(b'x')
    return both(client_context(ONLY_1_2), server_context(), unwrap,
                lambda tls: tls.unwrap())[0]


@scenario
def read_after_unwrap():
    def unwrap(tls):
        tls._sslobj.shutdown()
        tls._sslobj.read(1)
    return both(client_context(ONLY_1_2), server_context(), unwrap,
                lambda tls: tls.unwrap())[0]


@scenario
def unwrap_with_data_waiting():
    def unwrap(tls):
        tls.sendall(b'go')
        tls.unwrap()

    def write(tls):
        tls.recv(2)
        tls.sendall(b'unread')
    return both(client_context(ONLY_1_2), server_context(), unwrap, write)[0]


def unshaken():
    near, far = sockets()
    tls = client_context().wrap_socket(
        near, server_hostname=NAME, do_handshake_on_connect=False)
    return tls, far


@scenario
def unwrap_before_the_handshake():
    tls, far = unshaken()
    result = caught(tls.unwrap)
    tls.close()
    far.close()
    return result


@scenario
def handshake_in_non_blocking_mode():
    tls, far = unshaken()
    tls.setblocking(False)
    result = caught(tls.do_handshake)
    tls.close()
    far.close()
    return result


@scenario
def handshake_with_a_timeout():
    tls, far = unshaken()
    tls.settimeout(0.01)
    result = caught(tls.do_handshake)
    tls.close()
    far.close()
    return result


def sni(answer):
    server = server_context()

    def callback(*_):
        if isinstance(answer, Exception):
            raise answer
        return answer
    server.set_servername_callback(callback)
    return both(client_context(ONLY_1_2), server)


@scenario
def sni_refuses():
    return sni(ssl.ALERT_DESCRIPTION_ACCESS_DENIED)
