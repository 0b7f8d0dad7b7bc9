// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// TLS with Node's names: a Duplex stream, connect(), an https.Agent.

'use strict';
const https = require('https');
const net = require('net');
const {Duplex} = require('stream');
const {Connection} = require(process.env.LIBAIRLOCK_NODE || './airlock.node');

const NONE = 32, REQUIRED = 1; // AIRLOCK_CERT_*

// PEM contents: a string, a Buffer, or several.
const pem = (x) => x === undefined ? x : Buffer.from([].concat(x).join('\n'));

class TLSSocket extends Duplex {
  constructor(tcp, options) {
    super({allowHalfOpen: false});
    Object.assign(this, {tcp, options, encrypted: true, waiting: []});
    tcp.allowHalfOpen = true; // Until close_notify is sent.
    const wake = () => this.waiting.splice(0).forEach((retry) => retry());
    tcp.on('readable', wake).on('end', wake)
      .on('timeout', () => this.emit('timeout'))
      .on('error', (error) => this.destroy(error))
      .on('close', () => tcp.readableEnded || this.destroy());
  }

  _construct(done) {
    const {ca, cert, key, host, servername, isServer} = this.options;
    const lax = isServer ? !this.options.requestCert :
      this.options.rejectUnauthorized === false;
    this.tls = new Connection({
      cadata: pem(ca), certfile: pem(cert), keyfile: pem(key),
      cert_reqs: lax ? NONE : REQUIRED, server_side: isServer ? 1 : 0,
      server_hostname: isServer ? undefined : Buffer.from(servername || host)});
    done();
    this.attempt(() => this.tls.handshake(),
      (error) => error ? this.destroy(error) : this.emit('secureConnect'));
  }

  // Repeats a call while it returns null, which means that it has to wait.
  attempt(call, done) {
    let error, result;
    try {
      for (let bytes; (bytes = this.tcp.read()) !== null;) this.tls.feed(bytes);
      if (this.tcp.readableEnded) this.tls.feed(Buffer.alloc(0));
      result = call();
    } catch (thrown) {
      error = thrown;
    }
    const output = this.tls.takeOutput();
    if (output.length > 0) this.tcp.write(output);
    if (result === null) this.waiting.push(() => this.attempt(call, done));
    else done(error, result);
  }

  _read(size) {
    const into = Buffer.alloc(size);
    this.attempt(() => this.tls.read(into), (error, count) => error ?
      this.destroy(error) : this.push(count ? into.subarray(0, count) : null));
  }

  _write(chunk, encoding, done) {
    this.attempt(() => {
      for (let count; chunk.length > 0; chunk = chunk.subarray(count)) {
        if ((count = this.tls.write(chunk)) === null) return null;
      }
    }, (error) => !error && this.tcp.writableNeedDrain ?
      this.tcp.once('drain', done) : done(error));
  }

  _final(done) {
    if (!this.tcp.writable) return done();
    this.attempt(() => this.tls.shutdown(), done);
  }

  _destroy(error, done) {
    this.tls?.close();
    this.writableFinished ? this.tcp.destroySoon() : this.tcp.destroy();
    done(error);
  }
}
for (const name of ['ref', 'unref', 'setKeepAlive', 'setNoDelay', 'setTimeout'])
  TLSSocket.prototype[name] = function (...given) {
    return this.tcp[name](...given), this;
  };

// As tls.connect(): host, port, servername, ca, cert, key, rejectUnauthorized.
const connect = (options, secured = () => {}) =>
  new TLSSocket(net.connect(options.port, options.host), options)
    .once('secureConnect', secured);

class Agent extends https.Agent {
  createConnection(options) { return connect(options); }
}
module.exports = {TLSSocket, connect, Agent};
