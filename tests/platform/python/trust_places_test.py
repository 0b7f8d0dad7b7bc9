# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""SSL_CERT_DIR and capath as lists, as OpenSSL reads them.

usage: PYTHON trust_places_test.py AIRLOCK FOLDER      (any Python from 2.7 on)

AIRLOCK is the command, FOLDER that of the test certificates.
"""
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

AIRLOCK, FOLDER = [os.path.abspath(path) for path in sys.argv[1:3]]
del sys.argv[1:3]


def cert(name):
    return os.path.join(FOLDER, name)


def trusts(context):
    """Whether a client of `context` trusts the server under the test root."""
    server = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
    server.load_cert_chain(cert('server_rsa_chain.pem'),
                           cert('server_rsa.key'))
    listener = socket.socket()
    listener.bind(('127.0.0.1', 0))
    listener.listen(1)
    near = socket.create_connection(listener.getsockname(), 30)
    far = listener.accept()[0]
    far.settimeout(30)
    listener.close()

    def serve():
        try:
            server.wrap_socket(far, server_side=True).close()
        except (OSError, socket.error):
            pass
        far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        context.wrap_socket(near, server_hostname='localhost').close()
        return True
    except ssl.SSLError:
        return False
    finally:
        # Python 2 keeps the descriptor open with the traceback.
        try:
            near.shutdown(socket.SHUT_RDWR)
        except (OSError, socket.error):
            pass
        near.close()
        thread.join()


class PlacesTest(unittest.TestCase):

    def setUp(self):
        self.folder = os.path.realpath(
            tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR')))
        self.addCleanup(shutil.rmtree, self.folder)
        self.good = os.path.join(self.folder, 'good')
        # Links to files, as from `openssl rehash`.
        os.mkdir(self.good)
        for name in os.listdir(cert('ca_dir')):
            shutil.copy(os.path.join(cert('ca_dir'), name), self.good)
        self.empty = os.path.join(self.folder, 'empty')
        os.mkdir(self.empty)
        self.missing = os.path.join(self.folder, 'missing')
        self.file = os.path.join(self.folder, 'file')
        shutil.copy(cert('ca.pem'), self.file)
        # No name in it is a hash.
        self.plain = os.path.join(self.folder, 'plain')
        os.mkdir(self.plain)
        shutil.copy(cert('ca.pem'), self.plain)
        # The file with a hash as its name is not a certificate.
        self.junk = os.path.join(self.folder, 'junk')
        os.mkdir(self.junk)
        for name, content in self.not_certificates():
            self.write(self.junk, name, content)
        for name in ('SSL_CERT_FILE', 'SSL_CERT_DIR'):
            self.addCleanup(self.restore, name, os.environ.pop(name, None))

    @staticmethod
    def write(folder, name, content):
        with open(os.path.join(folder, name), 'w') as file:
            file.write(content)

    @staticmethod
    def not_certificates():
        with open(cert('ca.pem')) as bundle, open(cert('root.key')) as key:
            return [('01234567.0', ''), ('01234567.1', 'junk'),
                    ('01234567.2', key.read()),
                    ('01234567.3', bundle.read()[:200])]

    @staticmethod
    def restore(name, value):
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value

    def good_lists(self):
        good = self.good
        return [
            good, good + ':', ':' + good, good + '/', '::%s::' % good,
            '%s:%s' % (good, good), '%s:%s' % (self.missing, good),
            '%s:%s' % (good, self.missing), '%s:%s' % (self.empty, good),
            '%s:%s' % (self.file, good), '%s/below:%s' % (self.file, good),
            '%s:%s' % (self.junk, good), '%s:%s' % (self.plain, good),
        ]

    def bad_lists(self):
        return [self.missing, '%s:%s' % (self.missing, self.empty),
                self.empty, ':', self.file + ':', self.plain, self.junk,
                '%s:%s' % (self.junk, self.missing), ':%s:' % self.missing]

    def refusal(self, context):
        """The error of a wrap_socket() that trusts no one."""
        near, far = socket.socketpair()
        if sys.version_info[0] == 2:  # It returns the C module's own.
            near = socket.socket(_sock=near)
        with self.assertRaises(ssl.SSLError) as caught:
            context.wrap_socket(near, server_hostname='localhost',
                                do_handshake_on_connect=False)
        near.close()
        far.close()
        return str(caught.exception)

    def capath(self, value):
        context = ssl.create_default_context(cafile=cert('other_root.pem'))
        context.load_verify_locations(capath=value)
        return context

    def environment(self, value):
        os.environ['SSL_CERT_DIR'] = value
        # Stock reads its built-in file, too, unless it is named.
        return ssl.create_default_context()

    def command(self, value):
        environment = dict(os.environ, SSL_CERT_DIR=value)
        process = subprocess.Popen(
            [AIRLOCK, 'ca'], env=environment, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        out, _ = process.communicate()
        return process.returncode, out.decode('utf-8', 'replace')

    def test_capath(self):
        for value in self.good_lists():
            self.assertTrue(trusts(self.capath(value)), value)
        for value in self.bad_lists():
            self.assertFalse(trusts(self.capath(value)), value)

    def test_ssl_cert_dir(self):
        for value in self.good_lists():
            self.assertTrue(trusts(self.environment(value)), value)
        for value in self.bad_lists():
            if value != ':':
                self.assertFalse(trusts(self.environment(value)), value)

    def test_ssl_cert_dir_is_read_when_a_peer_is_verified(self):
        context = self.environment(self.empty)
        for name in os.listdir(self.good):
            shutil.copy(os.path.join(self.good, name), self.empty)
        # What the variable was then, and what the directory is now.
        os.environ['SSL_CERT_DIR'] = self.missing
        self.assertEqual(context.get_ca_certs(), [])
        self.assertTrue(trusts(context))
        self.assertEqual(len(context.get_ca_certs()), 1)

    def test_each_context_sees_the_directory_as_it_is(self):
        self.assertTrue(trusts(self.environment(self.good)))
        # In place, and as large as before: only its times tell.
        for name in os.listdir(self.good):
            path = os.path.join(self.good, name)
            with open(path, 'r+') as file:
                size = len(file.read())
                file.seek(0)
                file.write('#' * size)
        self.assertFalse(trusts(self.environment(self.good)))

    def test_file(self):
        """The value of SSL_CERT_DIR may be a file in OpenSSL 3, not capath."""
        self.assertTrue(trusts(self.environment(self.file)))
        self.assertFalse(trusts(self.capath(self.file)))

    def test_missing_file(self):
        missing = os.path.join(self.folder, 'missing.pem')
        os.environ['SSL_CERT_FILE'] = missing
        self.assertTrue(trusts(self.environment(self.good)))
        # It is not an error, either, if the program has its own.
        for directories in ('', self.missing):
            context = self.environment(directories)
            self.assertIn(missing, self.refusal(context))
            context.load_verify_locations(cert('ca.pem'))
            self.assertTrue(trusts(context))
        status, out = self.command(self.good)
        self.assertEqual(status, 0, out)
        status, out = self.command(self.missing)
        self.assertNotEqual(status, 0)
        self.assertIn(missing, out)

    def test_no_certificates_in_good_directory(self):
        for name, content in self.not_certificates():
            self.write(self.good, name, content)
        os.mkfifo(os.path.join(self.good, '01234567.4'))
        os.mkdir(os.path.join(self.good, '01234567.5'))
        self.assertTrue(trusts(self.capath(self.good)))
        self.assertTrue(trusts(self.environment(self.good)))
        # A CRL that cannot be read must not go unnoticed.
        self.write(self.good, '01234567.r0', 'junk')
        with self.assertRaises(ssl.SSLError) as caught:
            self.capath(self.good)
        self.assertIn('01234567.r0', str(caught.exception))
        self.assertIn('01234567.r0',
                      self.refusal(self.environment(self.good)))

    def test_command(self):
        for value in self.good_lists():
            status, out = self.command(value)
            # It rejects what the library ignores.
            self.assertEqual(status, int(self.junk in value), (value, out))
        for value in self.bad_lists():
            if value != ':':
                status, out = self.command(value)
                self.assertNotEqual(status, 0, (value, out))
        # The error names the missing file.
        self.assertIn(self.missing, self.command(self.missing)[1])

    def test_dangling_link(self):
        os.symlink('nowhere', os.path.join(self.good, '01234567.0'))
        self.assertTrue(trusts(self.capath(self.good)))
        self.assertTrue(trusts(self.environment(self.good)))
        self.assertEqual(self.command(self.good)[0], 0)

    def test_nothing_but_a_dangling_link(self):
        os.symlink('nowhere', os.path.join(self.empty, '01234567.0'))
        self.assertFalse(trusts(self.capath(self.empty)))
        self.assertFalse(trusts(self.environment(self.empty)))

    def test_capath_is_listed_once_used(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(
            capath='%s:%s' % (self.missing, self.good))
        self.assertEqual(context.get_ca_certs(), [])
        self.assertTrue(trusts(context))
        self.assertEqual(len(context.get_ca_certs()), 1)

    def test_says_what_is_missing(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(capath=self.missing)
        self.assertIn(self.missing, self.refusal(context))

    def test_empty_capath(self):
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        with self.assertRaises(ssl.SSLError) as caught:
            context.load_verify_locations(capath='')
        self.assertEqual(caught.exception.reason, 'INVALID_DIRECTORY')

    @unittest.skipIf(os.geteuid() == 0, 'root may read everything')
    def test_unreadable(self):
        os.chmod(self.empty, 0)
        self.addCleanup(os.chmod, self.empty, 0o700)
        self.check_failing_read(self.empty)

    def test_loop(self):
        """Not ENOENT: what cannot be looked at is not taken for absent."""
        link = os.path.join(self.folder, 'loop')
        os.symlink(link, link)
        self.check_failing_read(link)

    def check_failing_read(self, path):
        for value in (path, '%s:%s' % (self.good, path)):
            with self.assertRaises(ssl.SSLError) as caught:
                self.capath(value)
            self.assertIn(path, str(caught.exception))
            self.assertIn(path, self.refusal(self.environment(value)))
            status, out = self.command(value)
            self.assertNotEqual(status, 0)
            self.assertIn(path, out)

    def test_no_descriptors(self):
        import resource
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        context = ssl.SSLContext(ssl.PROTOCOL_SSLv23)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
        try:
            with self.assertRaises(ssl.SSLError) as caught:
                context.load_verify_locations(capath=self.good)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        self.assertIn(self.good, str(caught.exception))


if __name__ == '__main__':
    unittest.main()
