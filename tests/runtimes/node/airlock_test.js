// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// Airlock as a stream in Node, against Node's own TLS, which is OpenSSL's, in
// the same process.

'use strict';
const assert = require('assert');
const {execFileSync} = require('child_process');
const crypto = require('crypto');
const {once} = require('events');
const fs = require('fs');
const https = require('https');
const net = require('net');
const {PassThrough} = require('stream');
const {buffer} = require('stream/consumers');
const {pipeline} = require('stream/promises');
const test = require('node:test');
const tls = require('tls');
const {Worker} = require('worker_threads');
const LIBRARY = require.resolve('../../../examples/node/airlock.js');
const {Agent, TLSSocket, connect} = require(LIBRARY);
const {Connection} = require(process.env.LIBAIRLOCK_NODE);

const read = (name) => fs.readFileSync(`testdata/certs/${name}`, 'utf8');
const CA = read('ca.pem');
const SERVER = {
  ca: CA, cert: read('server_p256_chain.pem'), key: read('server_p256.key')};
const CLIENT = {
  ca: CA, cert: read('client_p256.pem'), key: read('client_p256.key')};
const HOST = '127.0.0.1';

// The port of a server that the test closes at its end.
async function listen(t, server) {
  const open = new Set();
  server.on('connection', (tcp) => {
    open.add(tcp);
    tcp.on('close', () => open.delete(tcp));
  });
  await once(server.listen(0, HOST), 'listening');
  t.after(() => {
    open.forEach((tcp) => tcp.destroy());
    server.close();
  });
  return server.address().port;
}

function echoServer(t, options = {}) {
  return listen(t, tls.createServer({...SERVER, ...options}, (socket) => {
    socket.on('error', () => {}).pipe(socket);
  }));
}

const to = (port, options = {}) =>
  ({host: HOST, port, servername: 'localhost', ca: CA, ...options});

async function failure(stream) {
  const [error] = await once(stream, 'error');
  return error;
}

async function echoes(stream, size) {
  const sent = crypto.randomBytes(size);
  const received = buffer(stream);
  stream.end(sent);
  assert.ok(sent.equals(await received), 'other bytes came back');
}

test('a client of Node\'s own server', async (t) => {
  const server = tls.createServer(
    {...SERVER, requestCert: true, rejectUnauthorized: true});
  const port = await listen(t, server);
  const stream = connect(to(port, CLIENT));
  const [[peer]] = await Promise.all(
    [once(server, 'secureConnection'), once(stream, 'secureConnect')]);
  assert.strictEqual(peer.authorized, true);
  assert.strictEqual(peer.getPeerCertificate().subject.CN, 'Airlock Test Client');
  assert.strictEqual(peer.getProtocol(), 'TLSv1.3');
  peer.pipe(peer);
  await echoes(stream, 5 << 20);
});

for (const version of ['TLSv1.2', 'TLSv1.3']) {
  test(`a server of Node's own client, ${version}`, async (t) => {
    const errors = [];
    const port = await listen(t, net.createServer((tcp) => {
      const stream = new TLSSocket(
        tcp, {...SERVER, isServer: true, requestCert: true});
      stream.on('error', ({code}) => errors.push(code)).pipe(stream);
    }));
    const options = {maxVersion: version, minVersion: version};
    await echoes(tls.connect(to(port, {...CLIENT, ...options})), 3 << 20);
    await failure(tls.connect(to(port, options)).resume());
    assert.deepStrictEqual(errors, ['Protocol']);
  });
}

test('an agent keeps a connection for the next request', async (t) => {
  let connections = 0;
  const server = https.createServer(SERVER, async (request, response) => {
    await pipeline(request, crypto.createHash('sha256'), response);
  });
  server.on('secureConnection', () => connections++);
  const port = await listen(t, server);
  const agent = new Agent({ca: CA, keepAlive: true, maxSockets: 1});
  t.after(() => agent.destroy());
  for (const size of [0, 1, 16384, 1 << 20]) {
    const body = crypto.randomBytes(size);
    const request = https.request(
      {host: HOST, port, agent, method: 'POST', servername: 'localhost'});
    request.end(body);
    const [response] = await once(request, 'response');
    const hash = crypto.createHash('sha256').update(body).digest();
    assert.ok(hash.equals(await buffer(response)));
  }
  assert.strictEqual(connections, 1);
});

test('many connections at once', async (t) => {
  const port = await echoServer(t);
  await Promise.all(Array.from(
    {length: 50}, (_, i) => echoes(connect(to(port)), i * 1000 + 1)));
});

test('who reads nothing is not sent all at once', async (t) => {
  const server = tls.createServer(SERVER);
  const port = await listen(t, server);
  const stream = connect(to(port));
  const [peer] = await once(server, 'secureConnection');
  const bytes = crypto.randomBytes(32 << 20);
  let passed = 0;
  const writing = (async () => {
    for (let at = 0; at < bytes.length; at += 65536, passed = at) {
      if (!stream.write(bytes.subarray(at, at + 65536))) {
        await once(stream, 'drain');
      }
    }
    stream.end();
  })();
  // Until it stands still: the kernel's buffers are full.
  for (let before = -1; before !== stream.tcp.bytesWritten;) {
    before = stream.tcp.bytesWritten;
    for (let i = 0; i < 100; i++) await new Promise(setImmediate);
  }
  assert.ok(passed < bytes.length, 'it took all the bytes');
  assert.ok(stream.tcp.writableLength < 1 << 20, 'it holds too many of them');
  assert.ok(bytes.equals(await buffer(peer)));
  await writing;
});

test('who is not read from does not send all at once', async (t) => {
  const bytes = crypto.randomBytes(32 << 20);
  const port = await listen(t, tls.createServer(SERVER, (socket) => {
    socket.end(bytes);
  }));
  const stream = connect(to(port));
  await once(stream, 'secureConnect');
  await once(stream, 'readable');
  for (let before = -1; before !== stream.tcp.bytesRead;) {
    before = stream.tcp.bytesRead;
    for (let i = 0; i < 100; i++) await new Promise(setImmediate);
  }
  assert.ok(stream.tcp.bytesRead < bytes.length);
  assert.ok(bytes.equals(await buffer(stream)));
});

for (const first of ['it', 'its peer']) {
  test(`a close_notify is sent where ${first} ends first`, async (t) => {
    const server = tls.createServer(SERVER);
    const port = await listen(t, server);
    const stream = connect(to(port));
    const [[peer]] = await Promise.all(
      [once(server, 'secureConnection'), once(stream, 'secureConnect')]);
    const before = stream.tcp.bytesWritten;
    (first === 'it' ? stream : peer).end();
    peer.resume();
    await once(stream.resume(), 'close');
    assert.ok(stream.tcp.bytesWritten > before);
  });
}

test('end() before the handshake is done', async (t) => {
  const port = await echoServer(t);
  const stream = connect(to(port));
  stream.resume().end();
  await once(stream, 'close');
  assert.strictEqual(stream.errored, null);
});

test('a stream that is destroyed leaves no connection', async (t) => {
  const server = net.createServer(); // Says nothing.
  const port = await listen(t, server);
  const stream = connect(to(port));
  const [tcp] = await once(server, 'connection');
  tcp.resume().on('error', () => {});
  stream.destroy();
  await once(tcp, 'close');
});

test('nor does one whose peer reads nothing', async (t) => {
  const server = tls.createServer(SERVER);
  const stream = connect(to(await listen(t, server)));
  await once(server, 'secureConnection');
  stream.write(Buffer.alloc(32 << 20));
  await new Promise(setImmediate);
  stream.destroy();
  await once(stream.tcp, 'close');
  assert.strictEqual(stream.writableFinished, false);
});

test('a connection that goes takes its stream with it', async (t) => {
  const stream = connect(to(await echoServer(t)));
  await once(stream, 'secureConnect');
  stream.tcp.destroy();
  await once(stream, 'close');
});

test('a request\'s timeout', async (t) => {
  const port = await listen(t, net.createServer());
  const request = https.get(
    {host: HOST, port, agent: new Agent({ca: CA}), timeout: 1});
  await once(request, 'timeout');
  request.destroy();
  assert.strictEqual((await failure(request)).code, 'ECONNRESET');
});

test('the server learns why it was not trusted', async (t) => {
  const server = tls.createServer(SERVER);
  const port = await listen(t, server);
  const stream = connect(to(port, {ca: read('other_root.pem')}));
  const [error, [alert]] =
    await Promise.all([failure(stream), once(server, 'tlsClientError')]);
  assert.strictEqual(error.code, 'Verification');
  assert.match(error.message, /add the issuing CA to the bundle\.$/);
  assert.strictEqual(alert.code, 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
});

test('a wrong name', async (t) => {
  const stream = connect(to(await echoServer(t), {servername: 'example.test'}));
  const error = await failure(stream);
  assert.strictEqual(error.code, 'Hostname');
  assert.match(error.message, /not valid for example\.test.*this name\.$/s);
});

test('the name is the host where no other is said', async (t) => {
  const port = await echoServer(t);
  await echoes(connect({host: HOST, port, ca: CA}), 10);
});

test('the network\'s error is the stream\'s', async (t) => {
  const server = net.createServer();
  await once(server.listen(0, HOST), 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  assert.strictEqual(
    (await failure(connect(to(port)))).code, 'ECONNREFUSED');
});

test('a stream that is cut off in the handshake', async (t) => {
  const port = await listen(t, net.createServer((tcp) => tcp.end()));
  assert.strictEqual(
    (await failure(connect(to(port)))).code, 'UnexpectedEof');
});

test('bytes that are not TLS', async (t) => {
  const port = await listen(t, net.createServer((tcp) => tcp.end('hello\r\n')));
  assert.strictEqual((await failure(connect(to(port)))).code, 'Protocol');
});

test('wrong options are errors before a byte is sent', async () => {
  const kinds = {
    TrustStore: [{ca: ''}, {ca: []}, {ca: 'no certificates'}],
    Credentials: [
      {cert: CLIENT.cert}, {cert: CLIENT.cert, key: SERVER.key},
      {cert: 'no certificate', key: CLIENT.key}],
    InvalidArgument: [{servername: 'a\0b'}],
  };
  for (const [kind, cases] of Object.entries(kinds)) {
    for (const wrong of cases) {
      const carrier = new PassThrough();
      carrier.destroySoon = carrier.destroy;
      const error = await failure(new TLSSocket(carrier, to(0, wrong)));
      assert.strictEqual(error.code, kind, error.message);
      assert.strictEqual(carrier.read(), null);
    }
  }
});

test('several CAs', async (t) => {
  const port = await echoServer(t);
  const ca = [read('other_root.pem'), Buffer.from(CA)];
  await echoes(connect(to(port, {ca})), 10);
});

test('an object that is not a Connection', () => {
  assert.throws(() => Connection.prototype.read.call({}), TypeError);
  assert.throws(
    () => Connection.prototype.read.call(new net.Socket()), TypeError);
  assert.throws(() => new Connection(), TypeError);
  const other = new Connection({server_hostname: Buffer.from('localhost')});
  assert.strictEqual(other.handshake(), null);
  assert.ok(other.takeOutput().length > 0);
  other.close();
  assert.throws(() => other.handshake(), {code: 'InvalidArgument'});
  other.close();
});

test('connections go with the objects that hold them', () => {
  const grown = Number(execFileSync(process.execPath, ['--expose-gc', '-e', `
    const {Connection} = require(process.env.LIBAIRLOCK_NODE);
    const options = {server_hostname: Buffer.from('localhost')};
    (async () => {
      const before = process.memoryUsage.rss();
      for (let i = 0; i < 10000; i++) {
        new Connection(options).handshake();
        if (i % 100 !== 0) continue;
        gc();
        await new Promise(setImmediate);
      }
      console.log(process.memoryUsage.rss() - before);
    })();`]));
  assert.ok(grown < 32 << 20, `${grown} bytes more`); // 73 MB, were they kept.
});

test('threads', async (t) => {
  const port = await echoServer(t);
  const client = `
    const {workerData, parentPort} = require('worker_threads');
    const {connect} = require(workerData.library);
    connect(workerData.options)
      .on('error', ({code}) => parentPort.postMessage(code));`;
  const options = to(port, {servername: 'example.test'});
  const workers = Array.from({length: 4}, () => new Worker(
    client, {eval: true, workerData: {library: LIBRARY, options}}));
  const said = await Promise.all(
    workers.map((worker) => once(worker, 'message')));
  assert.deepStrictEqual(said.flat(), Array(4).fill('Hostname'));
});

test('Node keeps its own OpenSSL', () => {
  const {sharedObjects} = process.report.getReport();
  assert.ok(sharedObjects.some((path) => path.includes('libairlock.so')));
  assert.match(process.versions.openssl, /^3\./);
});
