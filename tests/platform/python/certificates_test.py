# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""A context's information about its CAs, as in the stock module.

usage: PYTHON certificates_test.py [--record] FOLDER     (2.7, or 3.6 on)

FOLDER is that of the test certificates. Each file in it is loaded in this
process, and in one of the same Python with the stock module. --record prints
what this process has.
"""
import binascii
import json
import os
import ssl
import subprocess
import sys
import unittest
import warnings

RECORD = sys.argv[1] == '--record'
FOLDER = os.path.abspath(sys.argv[-1])
del sys.argv[1:]

# It is refused; OpenSSL accepts the part before the damage.
DAMAGED = ['ca_truncated.pem', 'ca_with_garbage_der.pem', 'ca_with_one_bad.pem']


def described(name):
    context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    try:
        context.load_verify_locations(os.path.join(FOLDER, name))
    except ssl.SSLError as error:
        return type(error).__name__
    # OpenSSL's order is not reliable.
    return [context.cert_store_stats(),
            sorted(json.dumps(ca, sort_keys=True)
                   for ca in context.get_ca_certs()),
            sorted(binascii.hexlify(der).decode()
                   for der in context.get_ca_certs(binary_form=True))]


def all_described():
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        names = [name for name in sorted(os.listdir(FOLDER))
                 if name.endswith('.pem') and name not in DAMAGED]
        return {'stock': 'Airlock' not in ssl.OPENSSL_VERSION,
                'files': {name: described(name) for name in names}}


class CertificatesTest(unittest.TestCase):

    maxDiff = None

    def test_as_stock(self):
        environment = dict(os.environ)
        environment.pop('PYTHONPATH', None)
        stock = json.loads(subprocess.check_output(
            [sys.executable, os.path.abspath(__file__), '--record', FOLDER],
            env=environment).decode())
        self.assertTrue(stock['stock'])
        ours = json.loads(json.dumps(all_described()))
        self.assertFalse(ours['stock'])
        self.assertGreater(len(ours['files']), 100)
        for name, value in sorted(ours['files'].items()):
            self.assertEqual(value, stock['files'][name], name)


if __name__ == '__main__':
    if RECORD:
        print(json.dumps(all_described()))
    else:
        unittest.main()
