// Copyright 2026 The Airlock Authors.
// SPDX-License-Identifier: Apache-2.0

// HTTPS in Node over Airlock. ../README.md has the command that compiles the
// addon.
//   usage: node client.js HOST PORT CA CERT KEY [none]
// LIBAIRLOCK_NODE sets the addon's path.

'use strict';
const fs = require('fs');
const https = require('https');
const {Agent} = require('./airlock.js');

const [host, port, ...files] = process.argv.slice(2, 7);
const [ca, cert, key] = files.map((path) => fs.readFileSync(path));
const rejectUnauthorized = process.argv.length < 8;
const agent = new Agent({ca, cert, key, rejectUnauthorized, servername: host});

https.get({host: '127.0.0.1', port, agent}, async (response) => {
  console.log(Buffer.concat(await response.toArray()).toString());
}).on('error', ({code, message}) => {
  console.error(`${code}: ${message}`);
  process.exitCode = 1;
});
