# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""testdata/apps/employee against `airlock serve`.

usage: PYTHON employee_test.py AIRLOCK APP CERTS
"""
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import unittest

AIRLOCK, APP, CERTS = [os.path.abspath(path) for path in sys.argv[1:4]]
del sys.argv[1:4]

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from airlock_server import Server


def read(name):
    with open(os.path.join(CERTS, name)) as file:
        return file.read()


def cert(name):
    return os.path.join(CERTS, name)


class Proxy(threading.Thread):
    """Passes what comes through CONNECT tunnels on to `port`."""

    def __init__(self, port):
        super(Proxy, self).__init__()
        self.daemon = True
        self.requests = []
        self._to = int(port)
        self._listener = socket.socket()
        self._listener.bind(('127.0.0.1', 0))
        self._listener.listen(1)
        self.url = 'http://127.0.0.1:%d' % self._listener.getsockname()[1]

    def run(self):
        client, _ = self._listener.accept()
        self._listener.close()
        request = b''
        while not request.endswith(b'\r\n\r\n'):
            request += client.recv(1)
        self.requests.append(request.split(b'\r\n')[0].decode())
        server = socket.create_connection(('127.0.0.1', self._to))
        client.sendall(b'HTTP/1.0 200 Connected\r\n\r\n')
        back = threading.Thread(target=self._pump, args=(server, client))
        back.daemon = True
        back.start()
        self._pump(client, server)
        back.join()
        client.close()
        server.close()

    @staticmethod
    def _pump(source, sink):
        try:
            while True:
                data = source.recv(4096)
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
        except socket.error:
            pass


class AppTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)

    def serve(self, *arguments):
        server = Server(AIRLOCK, CERTS, *arguments)
        self.addCleanup(server.close)
        return server

    def run_app(self, program, *arguments, **options):
        """(exit status, output, errors) of a program of the application."""
        folder = 'python27' if sys.version_info[0] == 2 else 'python3'
        environment = dict(os.environ, **options.get('environment', {}))
        process = subprocess.Popen(
            [sys.executable, os.path.join(APP, folder, program)]
            + list(arguments), env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(options.get('stdin', b''))
        return process.returncode, out, err.decode()


class EmployeeTest(AppTest):

    def database(self, client):
        """A database with one employee, who has the credentials `client`."""
        path = os.path.join(self.folder, 'staff.db')
        database = sqlite3.connect(path)
        database.execute('CREATE TABLE employee (name, key, certificate)')
        database.execute('INSERT INTO employee VALUES (?, ?, ?)', (
            'ada', read(client + '.key'), read(client + '.pem')))
        database.commit()
        database.close()
        return path

    def employee(self, server, client='client_p256', host='localhost',
                 roots='root.pem', **options):
        return self.run_app('employee.py', self.database(client), 'ada', host,
                            server.port, cert(roots), stdin=b'hello, partner\n',
                            **options)

    def strict_server(self, certificate='server_p256_chain'):
        return self.serve(certificate, '--client_ca=' + cert('root.pem'),
                          '--require_client_cert')

    def test_known_employee(self):
        for client in ('client_p256', 'client_rsa'):
            self.folder = tempfile.mkdtemp(dir=self.folder)
            status, out, err = self.employee(self.strict_server(), client)
            self.assertEqual((status, out), (0, b'hello, partner\n'), err)

    def test_under_enforce(self):
        # The old wrap_socket cannot specify the expected name.
        status, out, err = self.employee(
            self.strict_server(), environment={'AIRLOCK_VERIFY': 'enforce'})
        self.assertNotEqual(status, 0)
        self.assertEqual(out, b'')
        self.assertIn('AIRLOCK_VERIFY=enforce', err)

    def test_employee_of_another_company(self):
        status, out, err = self.employee(self.strict_server(), 'client_other')
        self.assertNotEqual(status, 0)
        self.assertEqual(out, b'')
        self.assertIn('ssl.', err)

    def test_server_of_another_company(self):
        status, _, err = self.employee(self.strict_server('server_other'))
        self.assertNotEqual(status, 0)
        self.assertIn('CERTIFICATE_VERIFY_FAILED', err)

    def test_server_with_another_name(self):
        status, _, err = self.employee(self.strict_server('wrong_host'))
        self.assertNotEqual(status, 0)
        self.assertIn('Error: ', err)
        self.assertIn('elsewhere.test', err)

    def test_key_of_another_record(self):
        path = self.database('client_p256')
        database = sqlite3.connect(path)
        database.execute('UPDATE employee SET key = ?',
                         (read('client_rsa.key'),))
        database.commit()
        database.close()
        status, _, err = self.run_app(
            'employee.py', path, 'ada', 'localhost', self.strict_server().port,
            cert('root.pem'))
        self.assertNotEqual(status, 0)
        self.assertIn('SSLError', err)


class VerifiedHttpsTest(AppTest):

    def setUp(self):
        super(VerifiedHttpsTest, self).setUp()
        self.site = os.path.join(self.folder, 'site')
        os.mkdir(self.site)
        with open(os.path.join(self.site, 'page.txt'), 'w') as page:
            page.write('a page')

    def fetch(self, certificate='server_p256_chain', roots='root.pem',
              host='localhost', tunnel=False):
        server = self.serve(certificate, '--root=' + self.site)
        arguments = ['https://%s:%s/page.txt' % (host, server.port),
                     cert(roots)]
        if tunnel:
            self.proxy = Proxy(server.port)
            self.proxy.start()
            self.addCleanup(self.proxy.join)
            arguments.append(self.proxy.url)
        return self.run_app('verified_https.py', *arguments)

    def test_page(self):
        status, out, err = self.fetch()
        self.assertEqual((status, out), (0, b'a page'), err)

    def test_through_a_tunnel(self):
        status, out, err = self.fetch(host='server.test', tunnel=True)
        self.assertEqual((status, out), (0, b'a page'), err)
        self.assertTrue(self.proxy.requests[0].startswith(
            'CONNECT server.test:'), self.proxy.requests)

    def test_another_host_behind_the_tunnel(self):
        status, out, err = self.fetch(host='elsewhere.test', tunnel=True)
        self.assertEqual((status, out), (1, b''), err)
        self.assertIn('URLError: ', err)
        self.assertIn('server.test', err)

    def test_server_that_is_not_trusted(self):
        status, out, err = self.fetch(certificate='server_other')
        self.assertEqual((status, out), (1, b''), err)
        self.assertIn('URLError: ', err)
        self.assertIn('CERTIFICATE_VERIFY_FAILED', err)

    def test_server_with_another_name(self):
        status, out, err = self.fetch(certificate='wrong_host')
        self.assertEqual((status, out), (1, b''), err)
        self.assertIn('URLError: ', err)
        self.assertIn('elsewhere.test', err)


if __name__ == '__main__':
    unittest.main()
