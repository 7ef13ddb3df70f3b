// The npm package standardwebhooks as a till: it signs purchases for peykd, and says of each what it would say itself.
// One line of JSON a case: {"case", "library": accepted or refused, "status": peykd's}.
//
//   NODE_PATH=…/node_modules PEYK_URL=… PEYK_KEY=… PEYK_SECRET=whsec_… node standard_webhooks_till.js
'use strict';
const { Webhook } = require('standardwebhooks');
const http = require('node:http');

const { PEYK_URL, PEYK_KEY, PEYK_SECRET } = process.env;
const webhook = new Webhook(PEYK_SECRET);
const stranger = new Webhook('whsec_' + Buffer.alloc(32, 7).toString('base64'));
let number = 0;

// What a till sends: its own headers and body, changed as the case says.
const cases = {
  good: {},
  'good, four minutes old': { age_s: 240 },
  'good, of a clock four minutes ahead': { age_s: -240 },
  'several signatures, one valid': { signature: (good) => `v1,${Buffer.alloc(32).toString('base64')} ${good}` },
  'unknown version beside the valid one': { signature: (good) => `v1a,c29tZXRoaW5n v2,bmV3ZXI= ${good}` },
  'without webhook-id': { without: 'webhook-id' },
  'without webhook-timestamp': { without: 'webhook-timestamp' },
  'without webhook-signature': { without: 'webhook-signature' },
  'wrong signature': { signature: () => `v1,${Buffer.alloc(32).toString('base64')}` },
  'signed by a stranger': { by: stranger },
  'empty signature': { signature: () => 'v1,' },
  'unknown version alone': { signature: (good) => good.replace('v1,', 'v2,') },
  'too old': { age_s: 310 },
  'too new': { age_s: -310 },
  'another body than was signed': { body: (body) => body.replace('850000', '950000') },
  'another id than was signed': { id: (id) => id + 'x' },
  'a timestamp that is none': { timestamp: () => 'soon' },
};

function library_says(headers, body) {
  try {
    webhook.verify(body, headers);
    return 'accepted';
  } catch (error) {
    return 'refused';
  }
}

function post(headers, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${PEYK_URL}/v1/purchases`, { method: 'POST', headers, timeout: 20000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
    });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.end(body);
  });
}

async function main() {
  for (const [name, how] of Object.entries(cases)) {
    const signed = JSON.stringify({ phone: '09121234567', amount: 850000, invoice: `W-${++number}` });
    const at = new Date(Date.now() - (how.age_s || 0) * 1000);
    const id = `msg_${process.pid}_${number}`;
    const good = (how.by || webhook).sign(id, at, signed);
    const headers = {
      'webhook-id': how.id ? how.id(id) : id,
      'webhook-timestamp': how.timestamp ? how.timestamp() : String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': how.signature ? how.signature(good) : good,
    };
    delete headers[how.without];
    const body = how.body ? how.body(signed) : signed;
    const status = await post({ ...headers, 'content-type': 'application/json', 'peyk-key': PEYK_KEY }, body);
    console.log(JSON.stringify({ case: name, library: library_says(headers, body), status }));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
