// node-smpp as a peer of Peyk, driven by a test: one JSON object a line in, one a line out (tests/kit/peer.hpp).
//
//   node node_smpp_peer.js esme                          an ESME: {"do":"connect","port":N} first
//   node node_smpp_peer.js carrier SYSTEM_ID PASSWORD    an SMSC on a port that it chooses and tells
//
//   in   {"do":"send","command":"submit_sm","fields":{…}}
//   out  {"event":"listening","port":N} {"event":"connected"} {"event":"closed"}
//        {"event":"pdu","command":"deliver_sm", …}         each PDU received, as node-smpp understood it
//
// `text` in fields is encoded and decoded by node-smpp after data_coding (0 GSM, 8 UCS-2), `udh` is hex, any other
// octets are {"hex":"…"}. Requests of the other side are answered at once, and well; an answer's message_id is told in
// the event as `given_id`.
'use strict';
const smpp = require('smpp');

let session = null;
let ids = 0;

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n');

function told(pdu) {
  const event = { event: 'pdu' };
  for (const [name, value] of Object.entries(pdu)) {
    if (name === 'short_message' && !Buffer.isBuffer(value)) {
      event.text = value.message;
      if (value.udh) event.udh = Buffer.concat(value.udh).toString('hex');
    } else {
      event[name] = Buffer.isBuffer(value) ? value.toString('hex') : value;
    }
  }
  return event;
}

function fields_of(asked) {
  const fields = {};
  for (const [name, value] of Object.entries(asked)) {
    fields[name] = value && value.hex !== undefined ? Buffer.from(value.hex, 'hex') : value;
  }
  if (fields.text !== undefined) {
    fields.short_message = fields.udh ? { udh: Buffer.from(fields.udh, 'hex'), message: fields.text } : fields.text;
  }
  delete fields.text;
  delete fields.udh;
  return fields;
}

// What to answer; nothing for a response.
function answer_to(pdu, account) {
  if (pdu.isResponse()) return null;
  if (pdu.command.startsWith('bind_')) {
    if (pdu.system_id !== account.system_id) return { command_status: smpp.ESME_RINVSYSID };
    if (pdu.password !== account.password) return { command_status: smpp.ESME_RINVPASWD };
    return { system_id: 'node-smpp' };
  }
  return pdu.command === 'submit_sm' ? { message_id: 'node-' + ++ids } : {};
}

function attend(peer, account) {
  peer.on('pdu', (pdu) => {
    const event = told(pdu);
    const answer = answer_to(pdu, account);
    if (answer && answer.message_id) event.given_id = answer.message_id;
    say(event);
    if (!answer) return;
    if (pdu.command.startsWith('bind_') && !answer.command_status) session = peer;
    peer.send(pdu.response(answer));
    if (pdu.command === 'unbind') peer.close();
  });
  peer.on('close', () => say({ event: 'closed' }));
  peer.on('error', (error) => say({ event: 'broken', why: error.message }));
}

function obey(order) {
  if (order.do === 'connect') {
    session = smpp.connect({ host: '127.0.0.1', port: order.port }, () => say({ event: 'connected' }));
    attend(session, null);
  } else if (order.do === 'send') {
    session[order.command](fields_of(order.fields || {}));
  } else {
    throw new Error('no such order: ' + order.do);
  }
}

const [role, system_id, password] = process.argv.slice(2);
if (role === 'carrier') {
  const server = smpp.createServer((peer) => attend(peer, { system_id, password }));
  server.listen(0, '127.0.0.1', () => say({ event: 'listening', port: server.address().port }));
}
require('readline')
  .createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line)))
  .on('close', () => process.exit(0));
