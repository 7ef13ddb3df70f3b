#!/usr/bin/env node
// A till asks before payment what a purchase would bring: Node 18 or newer, no packages.
//
//   export PEYK_URL=http://127.0.0.1:8080 PEYK_KEY=till-14 PEYK_SECRET=whsec_…
//   node samples/quote.js 09121234567 850000 bread cake        phone, rial, what is bought (or nothing)
//
// Prints Peyk's answer: take `discount` off, collect `payable`, and report the purchase with the same amount and this
// discount. Nothing is written. Exit code 0: it was answered.
'use strict';
const { createHmac, randomBytes } = require('node:crypto');

function signed(id, body, secret) {
  const timestamp = Math.floor(Date.now() / 1000); // at most 5 minutes from Peyk's clock
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}

async function main(phone, amount, ...items) {
  const { PEYK_URL, PEYK_KEY, PEYK_SECRET } = process.env;
  const body = JSON.stringify({ phone, amount: Number(amount), items });
  // A new id for each question: an answer is remembered under its id, and offers are judged by the moment.
  const id = 'quote_' + randomBytes(16).toString('hex');
  const response = await fetch(`${PEYK_URL}/v1/quotes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'peyk-key': PEYK_KEY, ...signed(id, body, PEYK_SECRET) },
    body, // these very octets were signed
    signal: AbortSignal.timeout(30_000),
  });
  console.log(await response.text());
  process.exitCode = response.ok ? 0 : 1;
}

main(...process.argv.slice(2));
