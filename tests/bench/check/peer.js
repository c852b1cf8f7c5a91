// The peer of `vater check`: JSON.parse, ajv compiled, and the rules of rules/common.json and G1-11
// written by hand, over the same file. Prints counts, so that both can be seen to find the same.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, rulesFolder, file, today] = process.argv.slice(2);
const Ajv = require(path.join(modules, 'node_modules', 'ajv', 'dist', '2020.js'));

const schema = JSON.parse(fs.readFileSync(path.join(rulesFolder, 'schemas', 'submission.schema.json')));
const codes = (name) => new Set(JSON.parse(fs.readFileSync(
  path.join(rulesFolder, 'codelists', name))).codes.map((code) => code.code || code));
const pack = JSON.parse(fs.readFileSync(path.join(rulesFolder, 'goal-1.json')));
const indicators = new Map(pack.indicators.map((indicator) => [indicator.id, indicator]));
const municipalities = codes('municipalities.json');
const counties = codes('counties.json');
const validate = new Ajv({allErrors: true, strict: false, validateFormats: false}).compile(schema);

const text = fs.readFileSync(file, 'utf8');
const submission = JSON.parse(text);
const counts = {schema: 0, errors: 0, warnings: 0};
if (!validate(submission)) counts.schema = validate.errors.length;
const error = (ok) => { if (!ok) counts.errors++; };
const warning = (ok) => { if (!ok) counts.warnings++; };

const monthEnd = (year, month) => new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
const periods = new Map();
const period = (name) => {
  let known = periods.get(name);
  if (known) return known;
  const year = Number(name.slice(0, 4));
  let first = 1, last = 12, frequency = 'year';
  if (name[5] === 'Q') { first = 3 * Number(name[6]) - 2; last = first + 2; frequency = 'quarter'; }
  else if (name[5] === 'T') { first = 4 * Number(name[6]) - 3; last = first + 3; frequency = 'tertial'; }
  else if (name.length === 7) { first = last = Number(name.slice(5)); frequency = 'month'; }
  known = {frequency, start: `${year}-${String(first).padStart(2, '0')}-01`, end: monthEnd(year, last)};
  periods.set(name, known);
  return known;
};
const breakdownText = (breakdown) => breakdown === undefined ? '' :
  Object.keys(breakdown).sort().map((name) => `${name}=${breakdown[name]}`).join(';');
const decimals = (value) => { const dot = String(value).split('.')[1]; return dot ? dot.length : 0; };
const area4 = /^[0-9]{4}$/, area2 = /^[0-9]{2}$/, areaForm = /^(H[0-9]{2}|[0-9]{2}|[0-9]{4})$/;

const seen = new Set();
let whole = false;
for (const obs of submission.observations) {
  const indicator = indicators.get(obs.indicator);
  error(indicator !== undefined);
  if (!indicator) continue;
  warning(indicator.state === 'adopted');
  const span = period(obs.period);
  error(span.start >= `${indicator.validFrom}-01`);
  error(obs.unit === indicator.unit);
  error(span.frequency === indicator.frequency);
  error(span.start <= today);
  if (obs.status === 'final') warning(span.end < today);
  if (obs.asOf) error(obs.asOf >= span.start && obs.asOf <= span.end);
  const {numerator, denominator, value} = obs;
  if (indicator.unit === 'percent') {
    if (numerator !== undefined && denominator !== undefined) error(numerator <= denominator);
    if (value !== undefined) error(value <= 100);
  }
  if (denominator > 0 && value !== undefined && numerator !== undefined)
    error(Math.abs(value - numerator * 100 / denominator) * 10 ** Math.min(3, decimals(value)) <= 0.500001);
  if (denominator !== undefined) error(denominator > 0);
  error(!(value < 0) && !(numerator < 0));
  if (!obs.missing) error(indicator.requires.every((name) => obs[name] !== undefined));
  if (value !== undefined) {
    const {min, max} = indicator.plausible;
    warning(value >= min && value <= max);
    if (value > 0)
      warning(!((value > max && value / 1000 >= min && value / 1000 <= max) ||
                (value < min && value * 1000 >= min && value * 1000 <= max)));
    if (value > 0 && value < 1 && numerator > 0)
      warning(value * denominator < numerator * 0.9 || value * denominator > numerator * 1.1);
  }
  const parts = breakdownText(obs.breakdown);
  const identity = `${obs.indicator}|${obs.actor || ''}|${obs.period}|${obs.area}|${obs.areaRole || ''}|${parts}`;
  error(!seen.has(identity));
  seen.add(identity);
  if (obs.areaRole && indicator.areaRole) error(obs.areaRole === indicator.areaRole);
  if (area4.test(obs.area)) error(municipalities.has(obs.area));
  if (area2.test(obs.area)) error(counties.has(obs.area));
  if (obs.breakdown)
    error(Object.entries(obs.breakdown).every(([name, code]) => (indicator.breakdowns[name] || []).includes(code)));
  if (obs.action === 'correct') warning(obs.reason !== undefined);
  if (submission.period) warning(span.start >= submission.period.start && span.end <= submission.period.end);
  if (parts === '') { whole = true; if (denominator !== undefined) warning(denominator >= 100); }
  error(areaForm.test(obs.area));
}
warning(whole);
console.log(JSON.stringify({observations: submission.observations.length, ...counts}));
