// A till: signs requests as Standard Webhooks 1.0.0 says and sends them, well or as badly as a test wants.
'use strict';
const crypto = require('node:crypto');
const http = require('node:http');
const net = require('node:net');

let events = 0;
const fresh_id = () => `contract-${process.pid}-${++events}`;

// What a test may spoil: webhook-id, timestamp (seconds from now), more headers, the body as octets, the signature.
function signed(key, request, spoil = {}) {
  const body = spoil.body !== undefined ? spoil.body : request.body === undefined ? '' : JSON.stringify(request.body);
  const id = spoil.id || fresh_id();
  const timestamp = String(Math.floor(Date.now() / 1000) + (spoil.seconds_off || 0));
  const secret = Buffer.from(key.secret.replace('whsec_', ''), 'base64');
  const content = request.method === 'GET' ? request.path : body || `${request.method} ${request.path}`;
  const signature = crypto.createHmac('sha256', secret).update(`${id}.${timestamp}.${content}`).digest('base64');
  return {
    body,
    headers: {
      'peyk-key': key.id,
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': spoil.signature || `v1,${signature}`,
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(spoil.headers || {}),
    },
  };
}

// {status, headers, body}
function send(port, request, { body, headers } = { body: '', headers: {} }) {
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { host: '127.0.0.1', port, method: request.method, path: request.path, agent: false };
    const sent = http.request({ ...options, headers: { ...headers, ...length } }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.setTimeout(20000, () => sent.destroy(new Error(`${request.method} ${request.path}: no answer`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

// Octets as they are, and the answer to them.
function send_raw(port, octets) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(octets));
    let text = '';
    const finish = () => {
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return reject(new Error(`no answer to raw octets: ${text}`));
      const [start, ...lines] = text.slice(0, end).split('\r\n');
      const headers = {};
      for (const line of lines) headers[line.split(':')[0].toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
      resolve({ status: Number(start.split(' ')[1]), headers, body: text.slice(end + 4) });
    };
    socket.setTimeout(10000, () => socket.destroy());
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', () => {});
    socket.on('close', finish);
  });
}

module.exports = { fresh_id, send, send_raw, signed };
