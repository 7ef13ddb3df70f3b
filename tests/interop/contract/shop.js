// A shop that makes what a test needs: members with codes, redemptions, holds, each fresh; and for every operation
// of the document a request that it takes.
'use strict';
const { execFileSync, spawn } = require('node:child_process');
const crypto = require('node:crypto');
const { slug_of } = require('./document');
const { fresh_id, send, signed } = require('./till');

const CREDIT = 200000; // of 4,000,000 at 5 %

class Shop {
  constructor(document, port, socket, main_key) {
    this.document = document;
    this.port = port;
    this.mariadb = ['--no-defaults', '--user=root', `--socket=${socket}`, '--batch', '--skip-column-names', 'peyk'];
    this.main = main_key;
    this.made = 0;
    this.asked = 0;
  }

  sql(statements) {
    return execFileSync('mariadb', [...this.mariadb, `--execute=${statements}`]).toString().trim();
  }

  // A session that stays open; end() gives back what it has locked.
  session(statements) {
    const client = spawn('mariadb', [...this.mariadb, '--unbuffered'], { stdio: ['pipe', 'pipe', 'inherit'] });
    client.stdin.write(`${statements}\nSELECT 'done';\n`);
    const done = new Promise((resolve) => client.stdout.once('data', resolve));
    return { done, end: () => client.stdin.end() };
  }

  // A key of the sample club; a branch that the club has not is one whose branch was taken away.
  add_key(id, branch, role = 0) {
    const secret = crypto.randomBytes(32);
    this.sql(`SET FOREIGN_KEY_CHECKS = 0; INSERT INTO till_key (key_id, club_id, branch_no, secret, role)
      SELECT '${id}', club_id, ${branch}, UNHEX('${secret.toString('hex')}'), ${role} FROM club WHERE slug = 'nan-o-namak'`);
    return { id, secret: `whsec_${secret.toString('base64')}` };
  }

  touch_club(change = 'version = version') {
    this.sql(`UPDATE club SET ${change}, version = version + 1 WHERE slug = 'nan-o-namak'`);
  }

  async until(holds, what) {
    const deadline = Date.now() + 60000;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(what);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  number() {
    return ++this.made;
  }
  phone() {
    return `0912${String(1000000 + this.number())}`;
  }
  invoice() {
    return `K-${this.number()}`;
  }

  // Sends and judges it; the answer, with its JSON.
  async ask(id, request, { key = this.main, ...spoil } = {}) {
    ++this.asked;
    const answer = await send(this.port, request, signed(key, request, spoil));
    this.document.judge(id, answer, spoil.body === undefined ? request.body : undefined);
    const is_json = /json/.test(answer.headers['content-type'] || '');
    return { ...answer, json: is_json ? JSON.parse(answer.body) : undefined };
  }

  // The same, and this is what must come of it. A machine that is busy is asked again, as the document says.
  async expect(wanted, id, request, options = {}) {
    const again = { ...options, id: options.id || fresh_id() };
    let answer, got;
    for (let tries = 0; tries < 5; ++tries) {
      answer = await this.ask(id, request, again);
      got = `${answer.status}${answer.status >= 400 && answer.json && answer.json.type ? ` ${slug_of(answer.json.type)}` : ''}`;
      if (got === wanted || (got !== '503 busy' && got !== '409 in-progress')) break;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    if (got !== wanted) this.document.differ(id, `${wanted} was to come, and ${got} did: ${answer.body.slice(0, 300)}`);
    return answer;
  }

  request(id, path_values = {}, body, query = '') {
    const { path, method } = this.document.operations.get(id);
    const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(path_values[name]));
    return { method, path: filled + (query ? `?${query}` : ''), body };
  }

  async buy({ phone = this.phone(), amount = 4000000, invoice = this.invoice() } = {}) {
    const request = this.request('reportPurchase', {}, { phone, amount, invoice });
    const { json } = await this.expect('200', 'reportPurchase', request);
    return { phone, invoice, id: json.id, code: json.code };
  }
  buy_some(count) {
    return Promise.all(Array.from({ length: count }, () => this.buy()));
  }
  redeeming(code, invoice_amount = 850000, invoice = this.invoice()) {
    return this.request('redeemCode', { code }, { code, invoice, invoice_amount });
  }
  holding(code, invoice_amount = 850000, more = {}) {
    return this.request('holdCode', { code }, { code, invoice: this.invoice(), invoice_amount, seconds: 120, ...more });
  }
  async redeemed(bought, amount = 150000, invoice = this.invoice()) {
    return (await this.expect('201', 'redeemCode', this.redeeming(bought.code, amount, invoice))).json.id;
  }
  async held(bought, amount = 150000, more = {}) {
    return (await this.expect('201', 'holdCode', this.holding(bought.code, amount, more))).json.id;
  }
  capturing(hold, amount = 100000) {
    return this.request('captureHold', { id: hold }, { hold, amount });
  }
  refunding(purchase, more = {}) {
    return this.request('refundPurchase', { id: purchase }, { purchase, ...more });
  }
  changing(phone, more = { language: 'en' }) {
    return this.request('changeMember', { phone }, { phone, ...more });
  }
  tagging(phone, tags = ['student']) {
    return this.request('tagMember', { phone }, { phone, tags });
  }
  telling(phone, more = {}) {
    return this.request('tellEvent', { phone }, { phone, id: `E-${this.number()}`, name: 'site-visit', ...more });
  }
  erase(phone) {
    return this.expect('200', 'eraseMember', this.request('eraseMember', { phone }));
  }
  let_credit_lapse(phone) {
    this.sql(`UPDATE lot JOIN member USING (member_id) SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 HOUR
      WHERE phone = 98${phone.slice(1)}`);
  }

  // One that could not be told.
  event() {
    const number = this.number();
    this.sql(`INSERT IGNORE INTO webhook_endpoint (club_id, name, url, secret, events, is_listed, is_enabled)
      SELECT club_id, 'contract', 'https://contract.example/hook', REPEAT('s', 32), 0, 1, 0 FROM club
      WHERE slug = 'nan-o-namak'`);
    return this.sql(`INSERT INTO webhook_event (endpoint_id, club_id, member_id, type, about, at, data, state)
      SELECT endpoint_id, club_id, 1, 1, ${number}, UTC_TIMESTAMP(6), '{}', 3 FROM webhook_endpoint
      WHERE name = 'contract'; SELECT LAST_INSERT_ID()`);
  }

  // For every operation that is signed: a request that it takes, another each time.
  async samples(id) {
    const bought = async () => await this.buy();
    const made = {
      reportPurchase: async () =>
        this.request(id, {}, { phone: this.phone(), amount: 850000, invoice: this.invoice() }),
      quotePurchase: async () => this.request(id, {}, { phone: this.phone(), amount: 850000 }),
      checkCode: async () => this.request(id, { code: (await bought()).code }),
      redeemCode: async () => this.redeeming((await bought()).code),
      voidRedemption: async () => this.request(id, { id: await this.redeemed(await bought()) }),
      holdCode: async () => this.holding((await bought()).code),
      captureHold: async () => this.capturing(await this.held(await bought())),
      releaseHold: async () => this.request(id, { id: await this.held(await bought()) }),
      refundPurchase: async () => this.refunding((await bought()).id, { amount: 100000 }),
      refundInvoice: async () => this.request(id, {}, { invoice: (await bought()).invoice, amount: 100000 }),
      addMember: async () => this.request(id, {}, { phone: this.phone() }),
      showMember: async () => this.request(id, { phone: (await bought()).phone }),
      changeMember: async () => this.changing((await bought()).phone),
      tagMember: async () => this.tagging((await bought()).phone),
      tellEvent: async () => this.telling((await bought()).phone),
      eraseMember: async () => this.request(id, { phone: (await bought()).phone }),
      showStatement: async () => this.request(id, { phone: (await bought()).phone }),
      showEvent: async () => this.request(id, { id: this.event() }),
      replayEvent: async () => this.request(id, { id: this.event() }, {}),
      replayDeadLetters: async () => this.request(id, {}, { ids: [String(this.number())] }),
    };
    return (made[id] || (async () => this.request(id)))();
  }
}

module.exports = { CREDIT, Shop };
