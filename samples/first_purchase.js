#!/usr/bin/env node
// A till reports a purchase: Node 18 or newer, no packages.
//
//   export PEYK_URL=http://127.0.0.1:8080 PEYK_KEY=till-14 PEYK_SECRET=whsec_…
//   node samples/first_purchase.js 09121234567 850000 A-1        phone, rial, invoice
//
// Prints Peyk's answer. Exit code 0: the purchase is recorded, now or before.
// With the package standardwebhooks: signature = new Webhook(secret).sign(id, new Date(timestamp * 1000), body).
'use strict';
const { createHash, createHmac } = require('node:crypto');

function signed(id, body, secret) {
  const timestamp = Math.floor(Date.now() / 1000); // of this attempt; at most 5 minutes from Peyk's clock
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}

async function main(phone, amount, invoice) {
  const { PEYK_URL, PEYK_KEY, PEYK_SECRET } = process.env;
  const body = JSON.stringify({ phone, amount: Number(amount), invoice });
  // The invoice names the request: the same purchase sent again, after a timeout say, is known and counted once.
  const id = 'purchase_' + createHash('sha256').update(invoice).digest('hex').slice(0, 32);
  const response = await fetch(`${PEYK_URL}/v1/purchases`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'peyk-key': PEYK_KEY, ...signed(id, body, PEYK_SECRET) },
    body, // these very octets were signed
    signal: AbortSignal.timeout(30_000),
  });
  console.log(await response.text());
  process.exitCode = response.ok ? 0 : 1;
}

main(...process.argv.slice(2));
