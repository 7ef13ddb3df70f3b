// What tills may order, each with its refusals: one function a part of the document.
'use strict';
const { CREDIT } = require('./shop');
const { fresh_id } = require('./till');

const NOBODY = { phone: '09129999999' };
const NO_ID = { id: '18446744073709551615' };

async function purchases(shop) {
  const bought = await shop.buy();
  const same = { phone: bought.phone, amount: 4000000, invoice: bought.invoice };
  const report = (body) => shop.request('reportPurchase', {}, body);
  await shop.expect('200', 'reportPurchase', report(same));
  await shop.expect('422 invoice-already-recorded', 'reportPurchase', report({ ...same, amount: 1 }));
  await shop.expect('422 invalid-purchase', 'reportPurchase', report({ amount: 0, color: 'red' }));
  await shop.expect('200', 'reportPurchase', report({ type: 'purchase.completed', data: { ...same, branch: 12 } }));
  await shop.expect('202', 'reportPurchase', report({ type: 'stock.changed' }));
  const hers = `phone=${bought.phone}&limit=1`;
  await shop.expect('200', 'listPurchases', shop.request('listPurchases', {}, undefined, hers));
}

async function quotes(shop) {
  const bought = await shop.buy();
  const quote = (body) => shop.request('quotePurchase', {}, body);
  const { json } = await shop.expect('200', 'quotePurchase', quote({ phone: bought.phone, amount: 850000, items: ['bread', { name: 'milk', quantity: 2, amount: 50000 }] }));
  await shop.expect('200', 'quotePurchase', quote({ card: json.member.card, amount: 850000 }));
  await shop.expect('200', 'quotePurchase', quote({ phone: shop.phone(), amount: 850000 }));
  await shop.expect('404 unknown-member', 'quotePurchase', quote({ card: '9999999999999999', amount: 850000 }));
  await shop.expect('422 invalid-order', 'quotePurchase', quote({ phone: bought.phone, amount: 0, codes: [] }));
}

// What a check, a redemption and a hold refuse alike.
async function codes(shop, keys) {
  const bought = await shop.buy();
  const check = (code) => shop.request('checkCode', { code });
  await shop.expect('200', 'checkCode', check(bought.code));
  await shop.expect('409 gift-code', 'checkCode', check(keys.gift_code));
  for (let wrong = 1000000; wrong < 1000005; ++wrong)
    await shop.expect('404 unknown-code', 'checkCode', check(wrong), { key: keys.miss });
  await shop.expect('429 too-many-misses', 'checkCode', check(bought.code), { key: keys.miss });

  for (const [id, order] of [
    ['redeemCode', (code, amount, invoice) => shop.redeeming(code, amount, invoice)],
    ['holdCode', (code, amount, invoice = shop.invoice()) => shop.holding(code, amount, { invoice })],
  ]) {
    const refused = (wanted, code, amount, invoice, options) =>
      shop.expect(wanted, id, order(code, amount, invoice), options);
    await refused('404 unknown-code', '123');
    await refused('409 gift-code', keys.gift_code);
    await refused('429 too-many-misses', bought.code, 850000, 'B', { key: keys.miss });
    const half = shop.request(id, { code: bought.code }, { code: bought.code, invoice_amount: 1.5 });
    await shop.expect('422 invalid-order', id, half);
    await refused('422 invoice-too-small', bought.code, 99999);
    await refused('422 invoice-closed', bought.code, 850000, bought.invoice);

    const [used, left, lapsed, held, other] = await shop.buy_some(5);
    const paid = shop.invoice();
    await shop.redeemed(used, CREDIT, paid);
    await refused('409 code-used', used.code);
    await refused('422 nothing-to-use', other.code, CREDIT, paid);
    await shop.erase(left.phone);
    await refused('409 code-void', left.code);
    await shop.let_credit_lapse(lapsed.phone);
    await refused('409 code-expired', lapsed.code);
    await shop.held(held, CREDIT);
    await refused('409 code-held', held.code);
    await shop.expect('200', 'checkCode', check(held.code));
  }
}

// Credit that the club takes at the branch where it was earned, and nowhere else.
async function branches(shop, keys) {
  const club = "(SELECT club_id FROM club WHERE slug = 'nan-o-namak')";
  const bought = await shop.buy();
  const check = async () =>
    (await shop.expect('200', 'checkCode', shop.request('checkCode', { code: bought.code }), { key: keys.tajrish })).json;
  const held = await shop.expect('201', 'holdCode', shop.holding(bought.code, 150000), { key: keys.tajrish });
  shop.sql(`INSERT INTO branch_spend (club_id, earned_no, spent_no) VALUES (${club}, 12, 12)`);
  shop.touch_club();
  await shop.until(async () => (await check()).why === 'wrong-branch', 'the policy is not known');
  const { good, available, branches, phone } = await check();
  if (good || available !== 0 || phone !== null || branches.join() !== '12')
    throw new Error(`a code of branch 12 at branch 14: ${JSON.stringify([good, available, branches, phone])}`);
  const options = { key: keys.tajrish };
  await shop.expect('422 wrong-branch', 'redeemCode', shop.redeeming(bought.code), options);
  await shop.expect('422 wrong-branch', 'holdCode', shop.holding(bought.code), options);
  // What was held before may be captured.
  await shop.expect('201', 'captureHold', shop.capturing(held.json.id), options);
  await shop.expect('201', 'redeemCode', shop.redeeming(bought.code));
  shop.sql(`DELETE FROM branch_spend WHERE club_id = ${club}`);
  shop.touch_club();
  const [other] = await shop.buy_some(1);
  await shop.until(
    async () => (await shop.ask('redeemCode', shop.redeeming(other.code, 150000), options)).status === 201,
    'the policy is known still',
  );
}

async function redemptions(shop, keys) {
  const bought = await shop.buy();
  const taking = shop.redeeming(bought.code, 100000);
  const { json } = await shop.expect('201', 'redeemCode', taking);
  await shop.expect('200', 'redeemCode', taking);
  const again = { ...taking, body: { ...taking.body, invoice_amount: 110000 } };
  await shop.expect('422 invoice-already-redeemed', 'redeemCode', again);
  await shop.expect('200', 'listRedemptions', shop.request('listRedemptions'));
  await shop.expect('200', 'listRedemptions', shop.request('listRedemptions', {}, undefined, `phone=${bought.phone}`));

  const undo = (id) => shop.request('voidRedemption', { id });
  const refused = (wanted, id, options) => shop.expect(wanted, 'voidRedemption', undo(id), options);
  await refused('409 other-branch', json.id, { key: keys.tajrish });
  await refused('200', json.id);
  await refused('200', json.id);
  await refused('404 unknown-redemption', NO_ID.id);
  await refused('404 not-found', 'x');
  const [late, refunded, lapsed, left] = await shop.buy_some(4);
  const old = await shop.redeemed(late);
  shop.sql(`UPDATE redemption SET at = at - INTERVAL 1 DAY WHERE redemption_id = ${old}`);
  await refused('409 void-too-late', old);
  const invoice = shop.invoice();
  const paid = await shop.redeemed(refunded, 150000, invoice);
  const { id } = await shop.buy({ phone: refunded.phone, amount: 150000, invoice });
  await refused('409 invoice-closed', paid);
  await shop.expect('201', 'refundPurchase', shop.refunding(id));
  await refused('409 already-refunded', paid);
  const gone = await shop.redeemed(lapsed);
  shop.let_credit_lapse(lapsed.phone);
  await refused('409 code-expired', gone);
  const hers = await shop.redeemed(left);
  await shop.erase(left.phone);
  await refused('409 member-left', hers);
}

async function items(shop, keys) {
  const code = keys.item_code;
  const check = () => shop.expect('200', 'checkCode', shop.request('checkCode', { code }));
  const is = (wanted, answer) => {
    for (const [key, value] of Object.entries(wanted))
      if (answer.json[key] !== value) throw new Error(`${key} of item code ${code}: ${JSON.stringify(answer.json)}`);
  };
  is({ good: true, available: 0, item: 'a croissant', phone: null }, await check());
  await shop.expect('409 item-code', 'holdCode', shop.holding(code));
  const taking = shop.redeeming(code);
  const taken = await shop.expect('201', 'redeemCode', taking);
  is({ used: 0, collect: 850000, item: 'a croissant', duplicate: false }, taken);
  is({ id: taken.json.id, duplicate: true }, await shop.expect('200', 'redeemCode', taking));
  await shop.expect('409 code-used', 'redeemCode', shop.redeeming(code));
  is({ good: false, why: 'used' }, await check());
  const undo = () => shop.request('voidRedemption', { id: taken.json.id });
  await shop.expect('409 other-branch', 'voidRedemption', undo(), { key: keys.tajrish });
  is({ returned: 0, item: 'a croissant' }, await shop.expect('200', 'voidRedemption', undo()));
  is({ duplicate: true }, await shop.expect('200', 'voidRedemption', undo()));
  is({ good: true }, await check());
  await shop.expect('201', 'redeemCode', shop.redeeming(code));
}

async function holds(shop, keys) {
  const bought = await shop.buy();
  const holding = shop.holding(bought.code, 150000, { invoice: shop.invoice(), seconds: 60 });
  const { json } = await shop.expect('201', 'holdCode', holding);
  await shop.expect('200', 'holdCode', holding);
  await shop.expect('422 hold-too-long', 'holdCode', shop.holding((await shop.buy()).code, 150000, { seconds: 3600 }));

  const capture = (id, amount) => shop.capturing(id, amount);
  const release = (id) => shop.request('releaseHold', { id });
  await shop.expect('409 other-branch', 'captureHold', capture(json.id), { key: keys.tajrish });
  await shop.expect('409 other-branch', 'releaseHold', release(json.id), { key: keys.tajrish });
  await shop.expect('422 more-than-held', 'captureHold', capture(json.id, 150001));
  await shop.expect('422 invalid-order', 'captureHold', capture(json.id, '100000'));
  await shop.expect('201', 'captureHold', capture(json.id));
  await shop.expect('200', 'captureHold', capture(json.id));
  await shop.expect('409 hold-over', 'captureHold', capture(json.id, 50000));
  await shop.expect('409 hold-over', 'releaseHold', release(json.id));
  for (const [id, order] of [['captureHold', capture], ['releaseHold', release]]) {
    await shop.expect('404 unknown-hold', id, order(NO_ID.id));
    await shop.expect('404 not-found', id, order('x'));
  }
  const closed = await shop.buy();
  const invoice = shop.invoice();
  const begun = await shop.held(closed, 150000, { invoice });
  await shop.buy({ phone: closed.phone, amount: 150000, invoice });
  await shop.expect('422 invoice-closed', 'captureHold', capture(begun));
  const [slow, quick] = await shop.buy_some(2);
  const shared = shop.invoice();
  const overtaken = await shop.held(slow, 150000, { invoice: shared });
  await shop.redeemed(quick, 150000, shared);
  await shop.expect('422 nothing-to-use', 'captureHold', capture(overtaken));
  await shop.expect('200', 'releaseHold', release(begun));
  const left = await shop.buy();
  const hers = await shop.held(left);
  await shop.erase(left.phone);
  await shop.expect('409 member-left', 'captureHold', capture(hers));

  const frozen = await shop.buy();
  for (let i = 0; i < 5; ++i) {
    const one = await shop.expect('201', 'holdCode', shop.holding(frozen.code), { key: keys.holder });
    await shop.expect('200', 'releaseHold', release(one.json.id), { key: keys.holder });
  }
  await shop.expect('429 too-many-holds', 'holdCode', shop.holding(frozen.code), { key: keys.holder });
}

async function refunds(shop, keys) {
  const bought = await shop.buy();
  const by_id = (id, body) => shop.refunding(id, body);
  const by_invoice = (body) => shop.request('refundInvoice', {}, body);
  await shop.expect('404 unknown-purchase', 'refundPurchase', by_id(NO_ID.id, {}));
  await shop.expect('404 not-found', 'refundPurchase', by_id('x', {}));
  await shop.expect('409 other-branch', 'refundPurchase', by_id(bought.id, {}), { key: keys.tajrish });
  const forms = [
    ['refundPurchase', (body) => by_id(bought.id, body)],
    ['refundInvoice', (body) => by_invoice({ invoice: bought.invoice, ...body })],
  ];
  for (const [id, refund] of forms) {
    const note = { credit_note: shop.invoice(), amount: 1000000 };
    await shop.expect('201', id, refund(note));
    await shop.expect('200', id, refund(note));
    await shop.expect('422 refund-already-recorded', id, refund({ ...note, amount: 5 }));
    await shop.expect('422 more-than-left', id, refund({ amount: 4000000 }));
    await shop.expect('422 invalid-order', id, refund({ amount: 0 }));
  }
  await shop.expect('202', 'refundInvoice', by_invoice({ invoice: shop.invoice(), amount: 1000 }));
}

async function members(shop, keys) {
  const phone = shop.phone();
  const add = (body) => shop.request('addMember', {}, body);
  await shop.expect('201', 'addMember', add({ phone: `${phone.slice(0, 4)} ${phone.slice(4)}`, language: 'en' }));
  await shop.expect('200', 'addMember', add({ phone }));
  await shop.expect('422 invalid-order', 'addMember', add({ phone: '12' }));
  await shop.expect('200', 'showMember', shop.request('showMember', { phone: `+98${phone.slice(1)}` }));
  const change = (body, whom = phone) => shop.changing(whom, body);
  await shop.expect('200', 'changeMember', change({ language: 'fa', promo: false }));
  await shop.expect('422 invalid-order', 'changeMember', change({ promo: true }));
  await shop.expect('404 unknown-member', 'changeMember', change({ language: 'fa' }, NOBODY.phone));
  const bought = await shop.buy({ phone });
  await shop.redeemed(bought);
  for (const id of ['showMember', 'showStatement']) {
    await shop.expect('200', id, shop.request(id, { phone }));
    await shop.expect('404 unknown-member', id, shop.request(id, NOBODY));
  }
  await shop.expect('200', 'listMembers', shop.request('listMembers', {}, undefined, 'limit=2'));
  const name = fresh_id();
  await shop.expect('200', 'eraseMember', shop.request('eraseMember', { phone }), { id: name });
  const again = await shop.expect('200', 'eraseMember', shop.request('eraseMember', { phone }), { id: name });
  if (again.json.duplicate !== true) shop.document.differ('eraseMember', 'the same request again is no duplicate');
  await shop.expect('404 unknown-member', 'eraseMember', shop.request('eraseMember', { phone }));

  // A club that lets nobody be enrolled without her word.
  const let_join = async (at_once, status) => {
    shop.touch_club(`join_on_purchase = ${at_once}`);
    const joins = async () => (await shop.ask('addMember', add({ phone: shop.phone() }))).status === status;
    await shop.until(joins, 'the club is not read again');
  };
  await let_join(0, 202);
  let last;
  for (let i = 0; i <= 30; ++i) last = await shop.ask('addMember', add({ phone: shop.phone() }), { key: keys.inviter });
  if (last.status !== 429) shop.document.differ('addMember', `a key may ask too many: ${last.body}`);
  await let_join(1, 201);
}

async function tags(shop) {
  const { phone } = await shop.buy();
  const setting = shop.tagging(phone, ['Student', 'دانشجو']);
  const { json } = await shop.expect('200', 'tagMember', setting);
  if (json.tags.length !== 2 || json.tags[0] !== 'student') shop.document.differ('tagMember', `wrong tags: ${json.tags}`);
  await shop.expect('200', 'tagMember', setting);
  await shop.expect('200', 'showMember', shop.request('showMember', { phone }));
  await shop.expect('200', 'tagMember', shop.tagging(phone, []));
  await shop.expect('422 invalid-order', 'tagMember', shop.tagging(phone, ['two words']));
  await shop.expect('404 unknown-member', 'tagMember', shop.tagging(NOBODY.phone));
}

async function happenings(shop) {
  const bought = await shop.buy();
  const { phone } = bought;
  const telling = shop.telling(phone);
  await shop.expect('201', 'tellEvent', telling);
  await shop.expect('200', 'tellEvent', telling);
  const other = { ...telling, body: { ...telling.body, name: 'another' } };
  await shop.expect('422 event-already-told', 'tellEvent', other);
  const rating = (more) => shop.telling(phone, { name: 'survey', score: 4, ...more });
  await shop.expect('201', 'tellEvent', rating({ purchase: bought.id, at: '2026-01-05T10:15:00+03:30' }));
  await shop.expect('422 already-rated', 'tellEvent', rating({ purchase: bought.id, score: 5 }));
  await shop.expect('404 unknown-purchase', 'tellEvent', rating({ purchase: (await shop.buy()).id }));
  await shop.expect('422 invalid-order', 'tellEvent', rating({ score: 6 }));
  await shop.expect('422 invalid-order', 'tellEvent', rating({ at: '2999-01-05T10:15:00+03:30' }));
  await shop.expect('404 unknown-member', 'tellEvent', shop.telling(NOBODY.phone));
}

async function events(shop) {
  const [id] = [shop.event(), shop.event()];
  await shop.expect('200', 'listEvents', shop.request('listEvents', {}, undefined, 'limit=1&state=failed'));
  await shop.expect('200', 'showEvent', shop.request('showEvent', { id }));
  await shop.expect('404 unknown-event', 'showEvent', shop.request('showEvent', NO_ID));
  await shop.expect('422 invalid-replay', 'replayEvent', shop.request('replayEvent', { id }, { all: true }));
  await shop.expect('404 unknown-event', 'replayEvent', shop.request('replayEvent', NO_ID, {}));
  await shop.expect('200', 'replayEvent', shop.request('replayEvent', { id }, {}));
}

// A till reads them, and so does an analyst, who reads nothing else.
async function reports(shop, keys) {
  const bought = await shop.buy();
  for (const key of [shop.main, keys.analyst]) {
    for (const id of ['showInsights', 'listOffers', 'listSegments', 'listSales', 'listCustomers']) {
      const { body } = await shop.expect('200', id, shop.request(id), { key });
      if (body.includes(bought.phone.slice(1))) shop.document.differ(id, 'it tells a phone');
    }
  }
  const { json } = await shop.expect('200', 'listCustomers', shop.request('listCustomers'));
  const behind = shop.request('listCustomers', {}, undefined, `after=${json.next}`);
  await shop.expect('200', 'listCustomers', behind, { key: keys.analyst });
}

async function the_rest(shop) {
  for (const id of ['listBranches', 'showLine', 'listDeadLetters', 'openapi', 'docs', 'health', 'readiness', 'metrics'])
    await shop.expect('200', id, shop.request(id));
  const replay = (body) => shop.request('replayDeadLetters', {}, body);
  await shop.expect('200', 'replayDeadLetters', replay({ ids: ['1', '2'], valid_for_seconds: 60, even_urgent: true }));
  await shop.expect('422 invalid-replay', 'replayDeadLetters', replay({ ids: [] }));
}

module.exports = {
  all: [purchases, quotes, codes, branches, redemptions, items, holds, refunds, members, tags, happenings, events, reports, the_rest],
};
