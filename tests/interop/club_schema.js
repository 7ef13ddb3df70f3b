// Does docs/club.schema.json take these club files, as an editor would see it? A line of JSON a file: {"file", "errors"}.
//
//   NODE_PATH=…/node_modules node club_schema.js schema.json club.yaml…
'use strict';
const fs = require('node:fs');
const Ajv = require('ajv/dist/2020');
const yaml = require('yaml');

const [schema, ...files] = process.argv.slice(2);
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(JSON.parse(fs.readFileSync(schema, 'utf8')));
for (const file of files) {
  const good = validate(yaml.parse(fs.readFileSync(file, 'utf8')));
  const errors = good ? [] : validate.errors.map((error) => `${error.instancePath} ${error.message}`);
  console.log(JSON.stringify({ file, errors }));
}
