# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Runs the programs of examples/python/https, and the peers that they talk to.

What the tests of these programs share. It takes the first two arguments: the
folder of testdata's certificates, and one of the programs.
"""
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

CERTS = os.path.abspath(sys.argv.pop(1))
PROGRAMS = os.path.dirname(os.path.abspath(sys.argv.pop(1)))
PYTHON2 = sys.version_info[0] == 2
# After this time, it hangs.
SECONDS = 60
ASYNC_SERVER = 'serve_async_27.py' if PYTHON2 else 'serve_async.py'
ASYNC_CLIENT = 'async_reuse_27.py' if PYTHON2 else 'async_reuse.py'
TLS_VERSIONS = ('1.2', '1.3')

NGINX = '''
daemon off; master_process off; user root root;
pid %(dir)s/pid; error_log stderr notice; events {}
http {
  log_format seen '$ssl_protocol|$ssl_session_reused|$connection|'
                  '$request_method|$content_type|$content_length|'
                  '$http_authorization|$http_cookie|$uri';
  access_log %(dir)s/access.log seen;
  client_body_temp_path %(dir)s/t; proxy_temp_path %(dir)s/t;
  fastcgi_temp_path %(dir)s/t; uwsgi_temp_path %(dir)s/t;
  scgi_temp_path %(dir)s/t;
  ssl_protocols TLSv%(version)s;
  ssl_certificate %(certs)s/%(chain)s.pem;
  ssl_certificate_key %(certs)s/%(key)s.key;
  server {
    listen 127.0.0.1:%(port)d ssl%(http2)s;
    location / { return 200 "a page"; }
    location /near { return 302 /here; }
    location /open { return 302 http://localhost:%(port)d/; }
    location /loop { return 302 /loop; }
    %(more)s
  }
}
'''


def cert(name):
    return os.path.join(CERTS, name)


def read(path):
    with io.open(path, encoding='utf-8') as file:
        return file.read()


def environment(stock=False, **variables):
    result = dict(os.environ, PYTHONDONTWRITEBYTECODE='1', **variables)
    for name in list(result):
        if name.lower().endswith('_proxy') or name.startswith('AIRLOCK_'):
            del result[name]
    if stock:
        result.pop('PYTHONPATH', None)
    return result


def command(program, *args, **options):
    """With hasty=N, no wait of the program is longer than N seconds."""
    path = os.path.join(PROGRAMS, program)
    if options.get('hasty'):
        code = ('import runpy, sys; sys.path.insert(0, %r); import tls; '
                'tls.TIMEOUT = tls.HANDSHAKE = %d; sys.argv[0] = %r; '
                'runpy.run_path(%r, run_name="__main__")')
        code %= (PROGRAMS, options['hasty'], path, path)
        return [sys.executable, '-c', code] + list(args)
    return [sys.executable, path] + list(args)


class Outcome(object):
    """Of a process that has ended: status, out and err, as text."""

    def __init__(self, arguments, given=None, **options):
        process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, **options)
        timer = threading.Timer(SECONDS, process.kill)
        timer.start()
        out, err = process.communicate(given)
        timer.cancel()
        self.status = process.returncode
        self.out = out.decode('utf-8', 'replace')
        self.err = err.decode('utf-8', 'replace')


def curl(url, *args):
    return Outcome(['curl', '--silent', '--show-error', '--path-as-is',
                    '--max-time', str(SECONDS), '--cacert', cert('root.pem'),
                    url] + list(args), env=environment())


class Background(object):
    """A process that runs until stop().

    Args:
      arguments: its command line.
      ready: the pattern of the line that it writes once it can be talked to.
      stream: where to, 'stdout' or 'stderr'; the other one goes to a file.
    """

    def __init__(self, arguments, ready, stream='stdout', **options):
        self._other = tempfile.TemporaryFile(dir=os.environ.get('TEST_TMPDIR'))
        self._told = None
        pipes = {'stdout': self._other, 'stderr': self._other}
        pipes[stream] = subprocess.PIPE
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE,
                                        **dict(options, **pipes))
        self._pipe = getattr(self.process, stream)
        self.match = None
        while not self.match:
            line = self._pipe.readline().decode('utf-8')
            if not line:
                raise AssertionError('it ended: ' + self.stop()[1])
            self.match = re.search(ready, line)

    def stop(self, signal=15):
        """(status, what it wrote to the other stream); None: it ends itself."""
        if self._told is None:
            if signal and self.process.poll() is None:
                self.process.send_signal(signal)
            timer = threading.Timer(SECONDS, self.process.kill)
            timer.start()
            self.process.communicate()
            timer.cancel()
            self._told = self.process.returncode, self.said()
            self._other.close()
        return self._told

    def said(self):
        self._other.seek(0)
        return self._other.read().decode('utf-8', 'replace')


class ProgramTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.mkdtemp(dir=os.environ.get('TEST_TMPDIR'))
        self.addCleanup(shutil.rmtree, self.folder)

    def write(self, name, data=b'data'):
        path = os.path.join(self.folder, name)
        with open(path, 'wb') as file:
            file.write(data)
        return path

    def run_program(self, program, *args, **options):
        variables = options.pop('variables', {})
        stock = options.pop('stock', False)
        return Outcome(command(program, *args, **options), cwd=self.folder,
                       env=environment(stock, **variables))

    def client(self, program, *args, **options):
        """With the right CA."""
        return self.run_program(program, '--ca', cert('root.pem'), *args,
                                **options)

    def serve(self, program, *args, **options):
        """A server of ours, with .port and .url."""
        root = options.pop('root', None) or tempfile.mkdtemp(dir=self.folder)
        server = Background(
            command(program, '--port', '0', '--cert',
                    cert('server_p256_chain.pem'), '--key',
                    cert('server_p256.key'), root, *args,
                    **{'hasty': options.get('hasty')}),
            r'at (https://localhost:(\d+)/)$', cwd=self.folder,
            env=environment(options.get('stock'),
                            **options.get('variables', {})))
        self.addCleanup(server.stop)
        server.url = server.match.group(1)
        server.port = int(server.match.group(2))
        return server

    def nginx(self, version='1.3', name='server_p256_chain', more='',
              http2=False):
        """nginx, with .port, .url, and what it saw in .requests()."""
        # While this socket has the port, no one else is given it.
        reserved = socket.socket()
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind(('127.0.0.1', 0))
        self.addCleanup(reserved.close)
        port = reserved.getsockname()[1]
        folder = tempfile.mkdtemp(dir=self.folder)
        path = os.path.join(folder, 'nginx.conf')
        with open(path, 'w') as file:
            file.write(NGINX % {
                'dir': folder, 'port': port, 'version': version, 'certs': CERTS,
                'chain': name, 'key': name.replace('_chain', ''), 'more': more,
                'http2': ' http2' if http2 else ''})
        server = Background(
            ['/usr/sbin/nginx', '-e', 'stderr', '-p', folder, '-c', path],
            'RLIMIT_NOFILE', 'stderr')
        self.addCleanup(server.stop)

        def requests():
            server.stop(3)  # SIGQUIT: it writes its log first.
            names = ('version', 'reused', 'connection', 'method', 'type',
                     'length', 'authorization', 'cookie', 'path')
            return [dict(zip(names, line.split('|'))) for line in
                    read(os.path.join(folder, 'access.log')).splitlines()]
        server.requests = requests
        server.port, server.url = port, 'https://localhost:%d/' % port
        return server

    def openssl(self, name='server_p256', *args):
        """openssl s_server, with .port."""
        chain = cert(name + '_chain.pem')
        server = Background(
            ['openssl', 's_server', '-accept', '127.0.0.1:0', '-www', '-cert',
             cert(name + '.pem'), '-key', cert(name + '.key')] +
            (['-cert_chain', chain] if os.path.exists(chain) else []) +
            list(args), r'ACCEPT 127\.0\.0\.1:(\d+)')
        self.addCleanup(server.stop)
        server.port = int(server.match.group(1))
        server.url = 'https://localhost:%d/' % server.port
        return server

    def assert_failed(self, outcome, *words):
        self.assertEqual((outcome.status, outcome.out), (1, ''), outcome.err)
        for word in words:
            self.assertIn(word, outcome.err)
        self.assertNotIn('Traceback', outcome.err)

    def assert_worked(self, outcome, *words):
        self.assertEqual((outcome.status, outcome.err), (0, ''))
        for word in words:
            self.assertIn(word, outcome.out)
