// What goes wrong with any operation alike: requests that are no requests, signatures, names, and a store that is
// slow, broken or away. Which of it concerns an operation, its document says.
'use strict';
const { fresh_id, send_raw, signed } = require('./till');

const TABLES = ['inbox', 'member', 'purchase', 'redemption', 'outbox', 'webhook_event', 'segment_day'];
const away = (table) => `${table}_away`;

// The requests are made before the store is troubled: each needs it.
async function each_operation(shop, status, slug, act) {
  const { document } = shop;
  const concerned = [...document.operations.keys()].filter(
    (id) => document.operations.get(id).operation.responses[status] && document.errors_of(id, status).includes(slug),
  );
  const made = await Promise.all(concerned.map((id) => shop.samples(id)));
  const requests = new Map(concerned.map((id, i) => [id, made[i]]));
  return { concerned, act: () => Promise.all(concerned.map((id) => act(id, requests.get(id)))) };
}

async function all_of(shop, status, slug, act) {
  await (await each_operation(shop, status, slug, act)).act();
}

async function raw(shop, id, octets) {
  shop.document.judge(id, await send_raw(shop.port, octets));
}

async function requests(shop) {
  const head = ({ method, path }) => `${method} ${path} HTTP/1.1\r\n`;
  await all_of(shop, '400', 'bad-request', (id, request) => raw(shop, id, `${head(request)}Connection: close\r\n\r\n`));
  await all_of(shop, '413', 'body-too-large', (id, request) =>
    raw(shop, id, `${head(request)}Host: x\r\nContent-Length: 1000000\r\n\r\n`));
  await all_of(shop, '431', 'headers-too-large', (id, request) =>
    raw(shop, id, `${head(request)}Host: x\r\nX-Long: ${'x'.repeat(20000)}\r\n\r\n`));
  await all_of(shop, '400', 'malformed-json', (id, request) =>
    shop.expect('400 malformed-json', id, request, { body: '{"a":' }));
  await all_of(shop, '415', 'unsupported-media-type', (id, request) =>
    shop.expect('415 unsupported-media-type', id, request, { headers: { 'content-type': 'text/plain' } }));
  await all_of(shop, '400', 'bad-query', (id, request) =>
    shop.expect('400 bad-query', id, { ...request, path: `${request.path}?color=red` }));
}

async function names(shop, keys) {
  await all_of(shop, '401', 'bad-signature', (id, request) =>
    shop.expect('401 bad-signature', id, request, { signature: 'v1,AAAA' }));
  await all_of(shop, '401', 'stale-timestamp', (id, request) =>
    shop.expect('401 stale-timestamp', id, request, { seconds_off: -301 }));
  await all_of(shop, '403', 'not-for-this-key', (id, request) =>
    shop.expect('403 not-for-this-key', id, request, { key: keys.analyst }));
  await all_of(shop, '400', 'bad-idempotency-key', (id, request) =>
    shop.expect('400 bad-idempotency-key', id, request, { headers: { 'idempotency-key': 'a"b' } }));
  await all_of(shop, '422', 'unknown-branch', (id, request) =>
    shop.expect('422 unknown-branch', id, request, { key: keys.nowhere }));
  await all_of(shop, '422', 'key-reused', async (id, request) => {
    const name = fresh_id();
    const first = await shop.ask(id, request, { id: name });
    if (first.status >= 300) shop.document.differ(id, `a good request was refused: ${first.body}`);
    const again = await shop.ask(id, request, { id: name });
    if (again.status !== 200 && again.status !== first.status)
      shop.document.differ(id, `the same again was answered ${again.status}: ${again.body}`);
    await shop.expect('422 key-reused', id, await shop.samples(id), { id: name });
  });
}

// A key that has sent too much is told so by every operation.
async function quotas(shop, keys) {
  const request = shop.request('listBranches');
  const ask = async () => (await shop.ask('listBranches', request, { key: keys.greedy })).status;
  for (let asked = 0; !(await Promise.all(Array.from({ length: 50 }, ask))).includes(429); asked += 50)
    if (asked > 5000) throw new Error('a key may ask for ever');
  await all_of(shop, '429', 'quota-exceeded', (id, one) =>
    shop.expect('429 quota-exceeded', id, one, { key: keys.greedy }));
}

// Whoever waits for a store that does not answer is told to come again, and whoever comes again at once that the
// first is under way.
async function slow_store(shop) {
  const busy = await each_operation(shop, '503', 'busy', (id, request) => shop.expect('503 busy', id, request));
  const twice = await each_operation(shop, '409', 'in-progress', async (id, request) => {
    const name = fresh_id();
    const first = shop.ask(id, request, { id: name });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await shop.expect('409 in-progress', id, request, { id: name });
    await first;
  });
  const lock = shop.session(`LOCK TABLES ${TABLES.map((table) => `${table} WRITE`).join(', ')};`);
  await lock.done;
  await Promise.all([busy.act(), twice.act()]);
  lock.end();
  const is_back = async () => (await shop.ask('listMembers', shop.request('listMembers'))).status === 200;
  await shop.until(is_back, 'the store does not come back');
}

async function broken_store(shop) {
  const broken = await each_operation(shop, '500', 'internal-error', (id, request) =>
    shop.expect('500 internal-error', id, request));
  const rename = (from, to) => {
    const each = TABLES.map((table) => `${from(table)} TO ${to(table)}`);
    shop.sql(`RENAME TABLE ${each.join(', ')}`);
  };
  const same = (table) => table;
  rename(same, away);
  await broken.act();
  rename(away, same);
}

// Last: nothing is ready after it.
async function not_ready(shop, stop_redis) {
  stop_redis();
  const knows = async () => (await shop.ask('readiness', shop.request('readiness'))).status === 503;
  await shop.until(knows, 'without Redis the gateway still says that it is ready');
}

module.exports = { broken_store, names, not_ready, quotas, requests, slow_store };
