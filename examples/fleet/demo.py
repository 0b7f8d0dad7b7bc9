#!/usr/bin/env python3
# Copyright 2026 The Airlock Authors.
# SPDX-License-Identifier: Apache-2.0
"""Shows a fleet whose sessions resume on any server (docs/fleet.md).

usage: demo.py AIRLOCK [--connections 10000] [--rotation 5] [--no-namespaces]

Needs Python 3.7, openssl and redis-server. Starts two `airlock serve` on each of
three machines: network namespaces that are joined by a bridge, if it is run by
root, else addresses of loopback. A client connects to a random server with TLS
1.2 and 1.3 and offers its last session, while keys rotate, Redis goes away and
comes back without its data, and servers are started again. Exit status: 0 if
every session that may resume did, and no other.
"""
import argparse
import os
import random
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

MACHINES = 3
SESSION_TIMEOUT = 60
BRIDGE = 'airlock-fleet'
NETWORK = '10.213.7.'


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def free_port(host):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class Machines:
    """Three hosts: their addresses, and how to start a program on one."""

    def __init__(self, namespaces):
        self.namespaces = namespaces
        self.names = ['%s-%d' % (BRIDGE, i) for i in range(MACHINES)]
        self.addresses = [
            NETWORK + str(i + 2) if namespaces else '127.0.0.%d' % (i + 2)
            for i in range(MACHINES)]
        self.redis_address = NETWORK + '1' if namespaces else '127.0.0.1'
        if not namespaces:
            return
        run('ip', 'link', 'add', BRIDGE, 'type', 'bridge')
        run('ip', 'address', 'add', NETWORK + '1/24', 'dev', BRIDGE)
        run('ip', 'link', 'set', BRIDGE, 'up')
        for i, name in enumerate(self.names):
            outside, inside = 'fleet%d' % i, 'inside%d' % i
            run('ip', 'netns', 'add', name)
            run('ip', 'link', 'add', outside, 'type', 'veth', 'peer', 'name',
                inside)
            run('ip', 'link', 'set', outside, 'master', BRIDGE, 'up')
            run('ip', 'link', 'set', inside, 'netns', name)
            within = ('ip', '-n', name)
            run(*within, 'address', 'add', self.addresses[i] + '/24', 'dev',
                inside)
            run(*within, 'link', 'set', inside, 'up')
            run(*within, 'link', 'set', 'lo', 'up')

    def start(self, machine, command, **options):
        if self.namespaces:
            command = ['ip', 'netns', 'exec', self.names[machine]] + command
        return subprocess.Popen(command, **options)

    def remove(self):
        if not self.namespaces:
            return
        for name in self.names:
            subprocess.run(('ip', 'netns', 'delete', name), check=False)
        subprocess.run(('ip', 'link', 'delete', BRIDGE), check=False)


class Server:
    def __init__(self, demo, machine, number, fleet_key):
        self.demo, self.machine, self.fleet_key = demo, machine, fleet_key
        self.address = demo.machines.addresses[machine]
        self.port = 20000 + number if demo.machines.namespaces else \
            free_port(self.address)
        self.start()

    def start(self):
        demo = self.demo
        self.process = demo.machines.start(self.machine, [
            demo.arguments.airlock, 'serve', '--quiet', '--threads=1',
            '--address', self.address, '--port', str(self.port),
            '--cert', demo.cert, '--key', demo.key, '--root', demo.site,
            '--tickets', 'redis://%s:%d' % (demo.machines.redis_address,
                                            demo.redis_port),
            '--fleet-key', self.fleet_key, '--session-cache=0',
            '--session-timeout=%ds' % SESSION_TIMEOUT,
            '--ticket-rotation=%ds' % demo.arguments.rotation],
            stdout=subprocess.PIPE, stderr=demo.log)
        if not self.process.stdout.readline().startswith(b'Listening'):
            raise SystemExit('a server did not start; see above')

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


class Demo:
    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.log = open(os.path.join(directory, 'log'), 'wb')
        self.log_path = self.log.name
        self.directory = directory
        self.site = os.path.join(directory, 'site')
        os.mkdir(self.site)
        with open(os.path.join(self.site, 'index.html'), 'w') as page:
            page.write('fleet')
        self.cert = os.path.join(directory, 'cert.pem')
        self.key = os.path.join(directory, 'key.pem')
        subprocess.run(
            ('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
             'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
             '/CN=fleet.test', '-addext', 'subjectAltName=DNS:fleet.test',
             '-keyout', self.key, '-out', self.cert),
            check=True, stderr=subprocess.DEVNULL)
        self.fleet_key = self.secret('fleet.key')
        self.other_key = self.secret('other.key')
        self.servers = []
        self.redis = None
        self.counts = dict.fromkeys(
            ('connections', 'may resume', 'resumed', 'may not',
             'wrongly resumed', 'restarts'), 0)
        namespaces = arguments.namespaces and os.geteuid() == 0
        self.machines = Machines(namespaces)
        print('three machines:', 'network namespaces' if namespaces
              else 'addresses of loopback', flush=True)

    def secret(self, name):
        path = os.path.join(self.directory, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), 'w') as file:
            file.write(os.urandom(32).hex())
        return path

    def start_redis(self):
        self.redis = subprocess.Popen(
            ('redis-server', '--bind', self.machines.redis_address, '--port',
             str(self.redis_port), '--save', '', '--appendonly', 'no',
             '--protected-mode', 'no', '--dir', self.directory),
            stdout=subprocess.PIPE)
        for line in self.redis.stdout:
            if b'Ready to accept connections' in line:
                return
        raise SystemExit('redis-server did not start')

    def stop_redis(self):
        self.redis.kill()
        self.redis.wait()
        self.redis.stdout.close()

    def connect(self, client, server):
        """Whether the client's session was resumed."""
        with socket.create_connection((server.address, server.port)) as tcp, \
                client.context.wrap_socket(
                    tcp, server_hostname='fleet.test',
                    session=client.session) as tls:
            tls.sendall(b'GET / HTTP/1.1\r\nHost: fleet.test\r\n'
                        b'Connection: close\r\n\r\n')
            while tls.recv(4096):
                pass
            reused = tls.session_reused
            if not (reused and client.tls12):
                client.next = tls.session
            return reused

    def step(self, clients, foreign):
        client = random.choice(clients)
        is_foreign = random.random() < 0.02
        server = foreign if is_foreign else random.choice(self.servers)
        held, since = client.session, client.since
        client.next = None
        age = time.time() - since
        reused = self.connect(client, server)
        counts = self.counts
        counts['connections'] += 1
        if is_foreign or held is None:
            counts['may not'] += 1
            counts['wrongly resumed'] += reused
        elif age < SESSION_TIMEOUT - 2:
            counts['may resume'] += 1
            counts['resumed'] += reused
        if client.next is not None and not is_foreign:
            client.session = client.next if client.next.has_ticket else None
            client.since = time.time()

    def run(self):
        total = self.arguments.connections
        self.redis_port = free_port(self.machines.redis_address)
        self.start_redis()
        for number in range(2 * MACHINES):
            self.servers.append(
                Server(self, number % MACHINES, number, self.fleet_key))
        foreign = Server(self, 0, 2 * MACHINES, self.other_key)
        clients = [Client(self.cert, i % 2 == 0) for i in range(20)]
        began = time.time()
        for i in range(total):
            if i == total * 3 // 8:
                self.stop_redis()
                print('Redis is away', flush=True)
            if i == total * 5 // 8:
                self.start_redis()
                back = time.time()
                print('Redis is back, and empty', flush=True)
            settled = i < total * 3 // 8 or \
                i >= total * 5 // 8 and time.time() > back + 3
            if settled and i % (total // 20 or 1) == 7:
                server = random.choice(self.servers)
                server.stop()
                server.start()
                self.counts['restarts'] += 1
            self.step(clients, foreign)
        print('%.1f seconds, %d rotations' % (
            time.time() - began,
            (time.time() - began) / self.arguments.rotation))
        for name, count in self.counts.items():
            print('%-16s %d' % (name, count))
        self.servers.append(foreign)
        return self.counts['may resume'] == self.counts['resumed'] > 0 and \
            self.counts['wrongly resumed'] == 0

    def close(self):
        for server in self.servers:
            server.stop()
        if self.redis is not None and self.redis.poll() is None:
            self.stop_redis()
        self.machines.remove()
        self.log.close()


class Client:
    def __init__(self, trusted, tls12):
        self.tls12 = tls12
        self.context = ssl.create_default_context(cafile=trusted)
        if tls12:
            self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.session = self.next = None
        self.since = 0.0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('airlock')
    parser.add_argument('--connections', type=int, default=10000)
    parser.add_argument('--rotation', type=int, default=5, help='seconds')
    parser.add_argument('--no-namespaces', dest='namespaces',
                        action='store_false')
    arguments = parser.parse_args()
    directory = tempfile.mkdtemp(prefix='airlock-fleet-')
    demo = Demo(arguments, directory)
    try:
        good = demo.run()
    finally:
        demo.close()
        with open(demo.log_path, errors='replace') as log:
            lines = log.read().splitlines()
        print('the servers said, last:', *lines[-6:], sep='\n  ')
        shutil.rmtree(directory)
    print('every session that may resume did, and no other' if good
          else 'FAILED')
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
