# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Contexts that load the same CA bundles share them, and notice changes.

usage: PYTHON bundles_test.py FOLDER      (any Python from 2.7 on)

FOLDER is that of the test certificates.
"""
import os
import shutil
import ssl
import sys
import tempfile
import unittest

FOLDER = os.path.abspath(sys.argv[1])
del sys.argv[1]


def cert(name):
    return os.path.join(FOLDER, name)


def content(name):
    with open(cert(name)) as stream:
        return stream.read()


def context(*bundles, **named):
    """A context that has loaded the files `bundles`, then the arguments."""
    made = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    for bundle in bundles:
        made.load_verify_locations(bundle)
    if named:
        made.load_verify_locations(**named)
    return made


def names(made):
    """The common names that get_ca_certs() lists, in order."""
    return [dict(pair for rdn in each['subject'] for pair in rdn)['commonName']
            for each in made.get_ca_certs()]


def bytes_read():
    """How much this process has read so far, in bytes."""
    with open('/proc/self/io') as stream:
        return int(stream.readline().split()[1])


class BundlesTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)
        self.bundle = os.path.join(self.folder, 'bundle.pem')
        self.write(content('root.pem'))

    def write(self, text):
        """Replaces the bundle in one step, as an administrator would."""
        new = self.bundle + '.new'
        with open(new, 'w') as stream:
            stream.write(text)
        os.rename(new, self.bundle)

    def test_reads_a_file_once(self):
        # Its change time is old: a later change would show.
        bundle = cert('ca.pem')
        first = context(bundle)
        before = bytes_read()
        again = context(bundle)
        self.assertLess(bytes_read() - before, os.path.getsize(bundle))
        self.assertEqual(names(again), names(first))

    def test_notices_a_replaced_file(self):
        first = context(self.bundle)
        self.write(content('other_root.pem'))
        self.assertEqual(names(context(self.bundle)),
                         names(context(cert('other_root.pem'))))
        self.assertEqual(names(first), names(context(cert('root.pem'))))

    def test_notices_a_damaged_and_a_missing_file(self):
        context(self.bundle)
        self.write('-----BEGIN CERTIFICATE-----\nAAAA\n')
        self.assertRaises(ssl.SSLError, context, self.bundle)
        os.remove(self.bundle)
        self.assertRaises(IOError, context, self.bundle)
        self.write(content('root.pem'))
        self.assertEqual(len(names(context(self.bundle))), 1)

    def test_a_directory_is_not_a_cafile(self):
        self.assertRaises(IOError, context, cert('ca_dir'))

    def test_merges_in_order_without_repeats(self):
        root, other = cert('root.pem'), cert('other_root.pem')
        both = names(context(root)) + names(context(other))
        self.assertEqual(len(both), 2)
        self.assertEqual(names(context(root, other)), both)
        self.assertEqual(names(context(other, root)), both[::-1])
        self.assertEqual(names(context(root, other, root)), both)
        text = content('other_root.pem')
        if isinstance(text, bytes):
            text = text.decode('ascii')
        self.assertEqual(names(context(root, cadata=text)), both)
        self.assertEqual(names(context(root, other, cadata=text)), both)

    def test_contexts_with_the_same_bundle_stay_apart(self):
        first, second = context(self.bundle), context(self.bundle)
        first.load_verify_locations(cert('other_root.pem'))
        self.assertEqual(len(names(first)), 2)
        self.assertEqual(len(names(second)), 1)

    def test_a_crl_alone_joins_the_certificates(self):
        crl = cert('crl_root.pem')
        for made in (context(crl, self.bundle), context(self.bundle, crl)):
            self.assertEqual(made.cert_store_stats(),
                             {'x509': 1, 'x509_ca': 1, 'crl': 1})
            self.assertEqual(len(names(made)), 1)
        self.assertEqual(context(crl).cert_store_stats(),
                         {'x509': 0, 'x509_ca': 0, 'crl': 1})

    def test_what_is_loaded_again_is_not_added(self):
        crl = cert('crl_root.pem')
        self.assertEqual(
            context(crl, self.bundle, crl, self.bundle).cert_store_stats(),
            {'x509': 1, 'x509_ca': 1, 'crl': 1})
        # This file has the CRL, too.
        self.assertEqual(
            context(crl, cert('crl_all.pem')).cert_store_stats()['crl'], 2)
        made = context(crl)
        made.load_verify_locations(cert('crl_intermediate.pem'))
        self.assertEqual(made.cert_store_stats()['crl'], 2)


if __name__ == '__main__':
    unittest.main()
