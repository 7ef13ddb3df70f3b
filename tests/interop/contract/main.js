// Holds a running gateway to its own document: every operation of /v1/openapi.json and every error that it documents
// is driven, and every answer on the way must be as documented.
//
//   PEYK_PORT=… PEYK_TILL_SECRET=… PEYK_MYSQL_SOCKET=… PEYK_REDIS_SOCKET=… PEYK_GIFT_CODE=…
//   NODE_PATH=… node main.js
//
// It changes the database as only a test may: keys of branches that are gone, credit whose time is over, tables that
// are locked or away. Exits with 0 if nothing differs and nothing was left out.
'use strict';
const { execFileSync } = require('node:child_process');
const { Document } = require('./document');
const orders = require('./orders');
const { Shop } = require('./shop');
const { send } = require('./till');
const troubles = require('./troubles');

const PARTS = orders.all.length + 6;

const env = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
};

async function add_keys(shop) {
  const keys = {
    tajrish: shop.add_key('till-14', 14),
    nowhere: shop.add_key('till-99', 99),
    miss: shop.add_key('till-miss', 12),
    holder: shop.add_key('till-holder', 12),
    inviter: shop.add_key('till-inviter', 12),
    greedy: shop.add_key('till-greedy', 12),
    analyst: shop.add_key('analyst', 'NULL', 1),
    gift_code: env('PEYK_GIFT_CODE'),
    item_code: env('PEYK_ITEM_CODE'),
    own: Array.from({ length: PARTS }, (_, i) => shop.add_key(`till-own-${i}`, 12)),
  };
  shop.touch_club();
  const request = shop.request('listBranches');
  const are_known = async () => (await shop.ask('listBranches', request, { key: keys.inviter })).status === 200;
  await shop.until(are_known, 'the new keys are not known');
  return keys;
}

async function main() {
  const port = Number(env('PEYK_PORT'));
  const served = await send(port, { method: 'GET', path: '/v1/openapi.json' });
  const document = new Document(JSON.parse(served.body));
  await document.check_itself();
  const shop = new Shop(document, port, env('PEYK_MYSQL_SOCKET'), { id: 'till-12', secret: env('PEYK_TILL_SECRET') });
  const keys = await add_keys(shop);
  // Each part with a key of its own, as a key may not ask for ever.
  const timed = async (name, work) => {
    const begun = Date.now();
    shop.main = keys.own.shift();
    await work();
    console.log(`${name}: ${Date.now() - begun} ms`);
  };
  for (const part of orders.all) await timed(part.name, () => part(shop, keys));
  await timed('requests', () => troubles.requests(shop));
  await timed('names', () => troubles.names(shop, keys));
  await timed('quotas', () => troubles.quotas(shop, keys));
  await timed('slow store', () => troubles.slow_store(shop));
  await timed('broken store', () => troubles.broken_store(shop));
  await timed('not ready', () =>
    troubles.not_ready(shop, () => execFileSync('redis-cli', ['-s', env('PEYK_REDIS_SOCKET'), 'shutdown', 'nosave'])));

  const promises = document.promises();
  const left = promises.filter((one) => !document.driven.has(one));
  for (const one of left) document.differ(one, 'was not driven');
  const errors = promises.filter((one) => one.split(' ').length === 3);
  for (const one of document.differences.values()) console.log(`DIFFERS  ${one}`);
  console.log(`${document.operations.size} operations, ${promises.length - errors.length} good answers and ` +
    `${errors.length} errors documented; ${shop.asked} requests; ` +
    `${promises.length - left.length} of ${promises.length} driven, ` +
    `${document.differences.size} differences`);
  process.exitCode = document.differences.size === 0 ? 0 : 1;
}

main().catch((e) => {
  console.error(e);
  process.exitCode = 1;
});
