// JSON.parse and compiled ajv over one file: peer.js MODULES SCHEMA FILE
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, schema, file] = process.argv.slice(2);
const Ajv = require(path.join(modules, 'node_modules', 'ajv', 'dist', '2020.js'));
const validate = new Ajv({strict: false, validateFormats: false})
  .compile(JSON.parse(fs.readFileSync(schema)));
console.log(validate(JSON.parse(fs.readFileSync(file, 'utf8'))) ? 'valid' : 'not valid');
