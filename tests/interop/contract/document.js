// The document as a judge: is it OpenAPI 3.1, do its examples hold, is an answer what it promises; and what of it
// has been driven so far.
//
// A documented error is a problem type that stands in backticks in the description of a response.
'use strict';
const { Validator } = require('@seriousme/openapi-schema-validator');
const Ajv2020 = require('ajv/dist/2020');
const addFormats = require('ajv-formats');

const ROOT = 'openapi.json';
const token = (name) => name.replaceAll('~', '~0').replaceAll('/', '~1');
// "urn:peyk:problem:busy", "https://…/http-problem-types#quota-exceeded"
const slug_of = (type) => String(type).split(/[:#]/).pop();
const media = (type) => (type || '').split(';')[0].trim();

class Document {
  constructor(json) {
    this.json = json;
    this.differences = new Map(); // by what is said first: the same again is one
    this.driven = new Set();
    this.ajv = addFormats(new Ajv2020({ strict: false, allErrors: true, validateSchema: false }));
    this.ajv.addSchema(json, ROOT);
    this.schemas = new Map();
    this.operations = new Map();
    for (const [path, item] of Object.entries(json.paths)) {
      for (const [verb, operation] of Object.entries(item)) {
        const at = ['paths', path, verb];
        this.operations.set(operation.operationId, { path, method: verb.toUpperCase(), operation, at });
      }
    }
    this.slugs = new Set([...json.components.schemas.ProblemType.enum.map(slug_of), 'quota-exceeded']);
  }

  // A mistake of the document, or of the gateway.
  differ(where, what) {
    const all = `${where}: ${what}`;
    const first = all.split('\n')[0];
    if (!this.differences.has(first)) this.differences.set(first, all);
  }

  async check_itself() {
    const verdict = await new Validator().validate(structuredClone(this.json));
    if (!verdict.valid) this.differ('openapi.json', JSON.stringify(verdict.errors).slice(0, 2000));
    for (const [id, { operation, at }] of this.operations) {
      this.check_examples(id, operation.requestBody, [...at, 'requestBody']);
      for (const status of Object.keys(operation.responses)) {
        const { response, place } = this.response(id, status);
        this.check_examples(`${id} ${status}`, response, place);
      }
    }
  }

  check_examples(where, holder, at) {
    for (const [type, one] of Object.entries((holder && holder.content) || {})) {
      for (const [name, example] of Object.entries(one.examples || {})) {
        const wrong = this.mistakes([...at, 'content', type, 'schema'], example.value);
        if (wrong) this.differ(where, `its example "${name}" does not hold: ${wrong}`);
      }
    }
  }

  // Where a response of an operation stands, and what it says.
  response(id, status) {
    const { operation, at } = this.operations.get(id);
    const response = operation.responses[status];
    if (!response || !response.$ref) return { response, place: [...at, 'responses', status] };
    const place = response.$ref.slice(2).split('/');
    return { response: place.reduce((node, name) => node[name], this.json), place };
  }

  // What a value has that the schema at this place of the document forbids; '': nothing.
  mistakes(place, value) {
    const pointer = `${ROOT}#/${place.map(token).join('/')}`;
    if (!this.schemas.has(pointer)) this.schemas.set(pointer, this.ajv.compile({ $ref: encodeURI(pointer) }));
    const validate = this.schemas.get(pointer);
    return validate(value) ? '' : this.ajv.errorsText(validate.errors);
  }

  errors_of(id, status) {
    const { response } = this.response(id, status);
    const named = [...response.description.matchAll(/`([a-z0-9-]+)`/g)].map((match) => match[1]);
    return named.filter((slug) => this.slugs.has(slug));
  }

  // All that must be driven: "operation status", of errors with the problem type.
  promises() {
    const all = [];
    for (const [id, { operation }] of this.operations) {
      for (const status of Object.keys(operation.responses)) {
        const errors = Number(status) >= 400 ? this.errors_of(id, status) : [];
        if (errors.length === 0) all.push(`${id} ${status}`);
        else all.push(...errors.map((slug) => `${id} ${status} ${slug}`));
      }
    }
    return all;
  }

  // Holds an answer to the document. `sent`: the JSON that was asked with, if it was JSON.
  judge(id, answer, sent) {
    const where = `${id} ${answer.status}`;
    const { response, place } = this.response(id, String(answer.status));
    if (!response) return this.differ(where, `is not documented: ${answer.body.slice(0, 300)}`);
    this.judge_headers(where, response, answer);
    const type = media(answer.headers['content-type']);
    if (!response.content || !response.content[type]) return this.differ(where, `has the content type ${type}`);
    if (type !== 'application/json' && type !== 'application/problem+json') return void this.driven.add(where);
    let body;
    try {
      body = JSON.parse(answer.body);
    } catch (e) {
      return this.differ(where, `is not JSON: ${answer.body.slice(0, 300)}`);
    }
    const wrong = this.mistakes([...place, 'content', type, 'schema'], body);
    if (wrong) this.differ(where, `${wrong}\n    in ${answer.body.slice(0, 600)}`);
    if (type === 'application/problem+json') this.judge_problem(id, where, answer, body);
    else this.driven.add(where);
    if (answer.status < 300 && sent !== undefined) this.judge_request(id, where, sent);
  }

  judge_headers(where, response, answer) {
    const documented = Object.keys(response.headers || {}).map((name) => name.toLowerCase());
    const always = answer.status === 401 || answer.status === 429 || answer.status === 503;
    for (const name of documented) {
      if (always && answer.headers[name] === undefined) this.differ(where, `has no ${name}`);
    }
    for (const name of ['retry-after', 'www-authenticate']) {
      if (answer.headers[name] !== undefined && !documented.includes(name)) this.differ(where, `has ${name}`);
    }
    const seconds = answer.headers['retry-after'];
    if (seconds !== undefined && !/^[0-9]+$/.test(seconds)) this.differ(where, `retry-after: ${seconds}`);
  }

  judge_problem(id, where, answer, problem) {
    const slug = slug_of(problem.type);
    if (problem.status !== answer.status) this.differ(where, `its problem says status ${problem.status}`);
    if (!this.errors_of(id, String(answer.status)).includes(slug))
      return this.differ(where, `${slug} is not documented: ${answer.body.slice(0, 300)}`);
    this.driven.add(`${where} ${slug}`);
  }

  // What the gateway takes, the document must not forbid.
  judge_request(id, where, sent) {
    const { operation, at } = this.operations.get(id);
    const content = operation.requestBody && operation.requestBody.content;
    if (!content) return;
    const wrong = this.mistakes([...at, 'requestBody', 'content', 'application/json', 'schema'], sent);
    if (wrong) this.differ(where, `was given what the document forbids: ${wrong}`);
  }
}

module.exports = { Document, slug_of };
