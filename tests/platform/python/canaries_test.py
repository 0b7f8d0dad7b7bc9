# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""No error, repr() or log of the module contains a secret that it was given.

usage: PYTHON canaries_test.py CERTS    (the folder of testdata's certificates)
"""
import base64
import binascii
import os
import subprocess
import sys
import tempfile
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
SECONDS = 100

# Gives a secret to everything that takes one, and to much that does not, and
# prints what comes of it.
PROGRAM = '''
import io, os, pickle, ssl, sys, tempfile, traceback
import airlock
certs = sys.argv[1]
with io.open(os.path.join(certs, 'server_p256.key'), 'rb') as file:
    key = file.read()
password, psk, fleet_key = [
    bytes(bytearray(word.encode('ascii'))[::-1]) for word in sys.argv[2:5]]
certificate = os.path.join(certs, 'server_p256.pem')
locked = os.path.join(certs, 'server_p256_encrypted.key')
said = []

def tell(what):
    for text in (str, repr):
        try:
            said.append(text(what))
        except Exception:
            said.append(traceback.format_exc())

def attempt(function, *arguments, **options):
    try:
        result = function(*arguments, **options)
    except Exception as error:
        tell(error)
        for name in dir(error):
            if not name.startswith('__'):
                tell(getattr(error, name, None))
        said.append(traceback.format_exc())
    else:
        tell(result)

def server():
    return ssl.SSLContext(ssl.PROTOCOL_SSLv23)

texts = [key, key.decode('ascii'), bytearray(key),
         key.split(b'\\n', 1)[1], key[:-40], key.replace(b'\\n', b'\\r'),
         b' ' + key, key + key, key.replace(b'-----', b'----'),
         b'-----BEGIN RSA PRIVATE KEY-----\\n' + key.split(b'\\n', 1)[1],
         key.decode('ascii') + u'\\u20ac', b'file:' + key, key[:60]]

class Reader(object):
    def __init__(self, content):
        self.read = lambda: content

# A key in place of each argument, in each form.
for text in texts:
    for given in (text, Reader(text), [text], {'key': text}, (text, None)):
        attempt(server().load_cert_chain, given)
        attempt(server().load_cert_chain, certificate, given)
        attempt(server().load_cert_chain, certificate, locked, given)
        attempt(server().load_verify_locations, given)
        attempt(server().load_verify_locations, cadata=given)
        attempt(ssl.create_default_context, cafile=given)
        attempt(ssl.SSLContext, given)
        attempt(setattr, server(), 'options', given)
        attempt(setattr, server(), 'verify_mode', given)

# A wrong password, in each form.
for value in (password, password.decode('ascii'), bytearray(password)):
    for given in (value, [value], {'password': value}, (value, 1),
                  value * 100, Reader(value)):
        attempt(server().load_cert_chain, certificate, locked, given)
        attempt(server().load_cert_chain, certificate, locked, lambda: given)

# Keys of tickets and of a fleet.
for value in (fleet_key, fleet_key[:-1], fleet_key * 2, bytearray(fleet_key),
              fleet_key.decode('ascii'), [fleet_key], None, 5):
    attempt(airlock.TicketKeyring, 'redis://me:%s@localhost:1'
            % password.decode('ascii'), fleet_key=value)
    attempt(airlock.TicketKeyring, 'redis://me:%s@localhost:port'
            % password.decode('ascii'), fleet_key=value)
    attempt(airlock.TicketKeyring, 'redis://localhost:1', value)

# A pre-shared key of a wrong type or size.
def handshake(ours, theirs):
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [ours.wrap_bio(a, b, server_hostname='localhost'),
            theirs.wrap_bio(b, a, server_side=True)]
    for i in range(8):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                pass
    return ends

if hasattr(ssl.SSLContext, 'set_psk_client_callback'):
    for value in (psk, psk * 100, [psk], psk.decode('ascii'), {1: psk},
                  (psk, psk), bytearray(psk)):
        for given in (('me', value), value):
            ours = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            ours.check_hostname = False
            ours.verify_mode = ssl.CERT_NONE
            for context in (ours, theirs):
                context.maximum_version = ssl.TLSVersion.TLSv1_2
                context.set_ciphers('PSK')
            ours.set_psk_client_callback(lambda hint: given)
            theirs.set_psk_server_callback(lambda identity: value)
            attempt(handshake, ours, theirs)

# What is well, and can be shown.
good = server()
good.load_cert_chain(os.path.join(certs, 'server_p256_chain.pem'), key)
ours = ssl.create_default_context(cafile=os.path.join(certs, 'ca.pem'))
tell(good)
tell(vars(good) if hasattr(good, '__dict__') else None)
if hasattr(ssl, 'MemoryBIO'):
    for end in handshake(ours, good) if sys.version_info >= (3, 6) else []:
        tell(end)
        tell(end.session)
        attempt(pickle.dumps, end.session)
    attempt(pickle.dumps, good)
sys.stdout.write(u'\\n'.join(
    text if isinstance(text, type(u'')) else text.decode('utf-8', 'replace')
    for text in said).encode('ascii', 'backslashreplace').decode('ascii'))
sys.stdout.write('\\n%d texts\\n' % len(said))
'''


class CanariesTest(unittest.TestCase):

    def assert_silent(self, said, secret):
        for form in (secret, binascii.hexlify(secret),
                     binascii.hexlify(secret).upper(),
                     base64.b64encode(secret)[:len(secret)],
                     b', '.join(str(byte).encode()
                                for byte in bytearray(secret))):
            at = said.find(form)
            self.assertEqual(at, -1, said[max(0, at - 300):at + 300])

    def test_are_in_no_text(self):
        password = 'correct-horse-battery-7391'
        psk = 'staple-of-tls-5528'
        fleet_key = '5ec12e7cab1e5ec12e7cab1e5ec17391'
        folder = tempfile.mkdtemp()
        process = subprocess.Popen(
            [sys.executable, '-W', 'always', '-c', PROGRAM, CERTS,
             password[::-1], psk[::-1], fleet_key[::-1]],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=folder)
        killer = threading.Timer(SECONDS, process.kill)
        killer.start()
        said = process.communicate()[0]
        killer.cancel()
        self.assertEqual(process.returncode, 0, said[-900:])
        self.assertIn(b' texts\n', said)
        os.rmdir(folder)  # Nor in the name of a file.
        for secret in (password, psk, fleet_key):
            self.assert_silent(said, secret.encode())
        with open(os.path.join(CERTS, 'server_p256.key'), 'rb') as file:
            lines = file.read().splitlines()[1:-1]
        for line in lines:
            self.assert_silent(said, line[5:35])


if __name__ == '__main__':
    unittest.main()
