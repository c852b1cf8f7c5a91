// repeat.mjs SAMPLES SCRATCH: the largest sample of each format repeated to 50 MB, and the settings
// that read it. A JSON-stat bundle comes as two pages, since one page holds at most 4 million
// values. DHIS2 rows get a period of their own at each turn: the same one twice is an error there.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [samples, scratch] = process.argv.slice(2);
const size = 50_000_000;
const read = (path) => readFileSync(join(samples, path), 'utf8');
const write = (name, text) => writeFileSync(join(scratch, name), text);
const settings = (name, mapping) => write(`${name}.settings`, JSON.stringify({ mapping: { format: name, ...mapping } }));

const report = read('fhir/MeasureReport-measurereport-cms146-cat3-example.json');
const reports = Array.from({ length: Math.floor(size / report.length) }, () => `{"resource":${report}}`);
write('fhir.json', `{"resourceType":"Bundle","type":"collection","entry":[${reports.join(',')}]}`);
settings('fhir', {
  area: { fixed: 'NO' },
  measures: { 'Measure/CMS146': { indicator: 'G1-10', unit: 'percent' } },
  breakdown: { sex: 'stratifier-gender', age: 'stratifier-ages-up-to-9' },
  ignoredStratifiers: ['stratifier-ages-10-plus'],
});

const dataset = JSON.stringify(JSON.parse(read('jsonstat/ssb-29843.json')).dataset);
const sets = Array.from({ length: Math.floor(size / dataset.length) }, (_, i) => `"set${i}":${dataset}`);
const half = sets.length >> 1;
write('jsonstat-1.json', `{${sets.slice(0, half).join(',')}}`);
write('jsonstat-2.json', `{${sets.slice(half).join(',')}}`);
settings('jsonstat', {
  area: { fixed: 'NO' },
  status: { fixed: 'final' },
  measures: { PeriodeRa: { indicator: 'G1-11', as: 'value', unit: 'percent' } },
  breakdown: { age: 'PKoder' },
});

const [header, ...rows] = read('dhis2/dataValueSetB.csv').split('\n').filter((line) => line.length > 0);
const turns = Math.floor(size / rows.join('\n').length);
const period = (n) => `${1000 + Math.floor(n / 12)}${String(1 + (n % 12)).padStart(2, '0')}`;
const table = [header];
const values = [header];
for (let turn = 0; turn < turns; turn++)
  for (const row of rows) {
    table.push(row);
    values.push(row.replace('"201201"', `"${period(2 * turn)}"`).replace('"201202"', `"${period(2 * turn + 1)}"`));
  }
write('csv.csv', table.join('\n'));
write('dhis2.csv', values.join('\n'));
settings('csv', {
  indicator: { from: 'dataelement', codes: { f7n9E0hX8qk: 'G1-11', Ix2HsbDMLea: 'G1-10', eY5ehpbEsB7: 'G1-08' } },
  period: 'period',
  area: { from: 'orgunit', codes: { DiszpKrYNg8: '4601', BdfsJfj87js: '1103' } },
  value: 'value',
  unit: { fixed: 'percent' },
  status: { fixed: 'final' },
});

const one = JSON.parse(read('dhis2/dataValueSetCreateDate.json')).dataValues[0];
const json = [];
for (let bytes = 0, turn = 0; bytes < size; turn++)
  for (const dataElement of ['f7n9E0hX8qk', 'Ix2HsbDMLea', 'eY5ehpbEsB7'])
    for (const orgUnit of ['DiszpKrYNg8', 'BdfsJfj87js']) {
      json.push(JSON.stringify({ ...one, dataElement, orgUnit, period: period(turn) }, null, 2));
      bytes += json.at(-1).length + 1;
    }
write('dhis2.json', `{"dataValues":[${json.join(',')}]}`);
settings('dhis2', {
  dataElements: {
    f7n9E0hX8qk: { indicator: 'G1-11', as: 'numerator' },
    Ix2HsbDMLea: { indicator: 'G1-11', as: 'denominator' },
    eY5ehpbEsB7: { indicator: 'G1-10', as: 'value' },
  },
  orgUnits: {
    DiszpKrYNg8: { actor: '983974724', area: '4601' },
    BdfsJfj87js: { actor: '983974724', area: '1103' },
  },
  unit: { fixed: 'percent' },
  status: { fixed: 'final' },
  areaRole: { fixed: 'provider' },
});
