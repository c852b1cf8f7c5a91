// peer.mjs FILE…: MB/s of node's own parse: JSON.parse, or lines split at commas; best of three.
import { readFileSync } from 'node:fs';

let bytes = 0;
let seconds = 0;
for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, 'utf8');
  const parse = path.endsWith('.json') ? JSON.parse : (all) => all.split('\n').map((line) => line.split(','));
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const start = process.hrtime.bigint();
    parse(text);
    best = Math.min(best, Number(process.hrtime.bigint() - start));
  }
  bytes += Buffer.byteLength(text);
  seconds += best / 1e9;
}
console.log(Math.round(bytes / 1e6 / seconds));
