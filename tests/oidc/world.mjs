// node world.mjs FOLDER SCENARIO PAYLOADS: token services and actors' API on loopback, as the
// scenario says. Writes keys, secrets, actors.json and vater.json to FOLDER, prints "ready", and
// serves until SIGTERM (or 15 minutes); then seen.json tells what was asked.
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { connect } from 'node:net';
import { openApi } from './api.mjs';
import { shiftClock } from './clock.mjs';
import { makeCertificates, makeClientKeys, makeServerKeys, publicPem, secret } from './credentials.mjs';
import { openIssuer } from './issuer.mjs';
import { signDelivery } from './sign.mjs';
import { haveNginx, startNginx } from './nginx.mjs';

const LONGEST = 15 * 60 * 1000;
const addresses = { helseid: '127.0.2.1', maskinporten: '127.0.2.2', generic: '127.0.2.3',
  api: '127.0.2.10', demanding: '127.0.2.11', nginx: '127.0.2.12' };

const [folder, scenarioPath, payloads] = process.argv.slice(2);
const scenario = JSON.parse(readFileSync(scenarioPath, 'utf8'));
const diary = [];
shiftClock(scenario.clock ?? 0);

const tls = makeCertificates(folder, Object.values(addresses));
const world = {
  clients: scenario.clients ?? {},
  scope: 'nhn:vater/collect',
  audience: 'nhn:vater',
  keys: makeClientKeys(folder),
  serverKeys: makeServerKeys(),
  secret: secret(),
  issuers: {},
  tell: (text) => diary.push(text),
};
for (const client of Object.values(world.clients)) {
  client.scopes ??= [world.scope];
  if (/secret/.test(client.method ?? '')) client.secret = world.secret;
}
const publicKeys = { keys: Object.values(world.keys).map(({ privateMember, ...key }) => key) };
world.publicKeys = publicKeys;
writeFileSync(join(folder, 'public.jwks'), JSON.stringify(publicKeys));
for (const [name, key] of Object.entries(world.keys))
  writeFileSync(join(folder, `${name}.pub.pem`), publicPem(key));
writeFileSync(join(folder, 'secret'), `${world.secret}\n`, { mode: 0o600 });
writeFileSync(join(folder, 'wrong-secret'), `${secret()}\n`, { mode: 0o600 });

function listen(server, address, port = 0) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(`${address}:${server.address().port}`));
  });
}

// The address must be known before the one who answers there is made.
async function open(address, options = {}) {
  const server = createServer({ ...tls, ...options });
  server.keepAliveTimeout = 60000;
  const host = await listen(server, address);
  return { host, answer: (handler) => server.on('request', handler) };
}

async function openIssuers() {
  for (const shape of ['helseid', 'maskinporten', 'generic']) {
    const { host, answer } = await open(addresses[shape],
      shape === 'generic' ? { requestCert: true, rejectUnauthorized: false } : {});
    const told = scenario.issuers?.[shape] ?? {};
    const place = told.name ? `${told.name}:${host.split(':')[1]}` : host;
    const url = `https://${place}${shape === 'maskinporten' ? '/' : ''}`;
    world.issuers[shape] = openIssuer(world, shape, url, told);
    answer(world.issuers[shape].handler);
  }
}

const reachable = (host) => new Promise((resolve) => {
  const [address, port] = host.split(':');
  const socket = connect(Number(port), address, () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

async function openNginx(api) {
  const plain = createPlain(api.handler);
  const behind = await listen(plain, '127.0.2.13');
  const probe = createPlain();
  const host = await listen(probe, addresses.nginx);
  await new Promise((done) => { probe.close(done); });
  const child = startNginx(folder, addresses.nginx, host.split(':')[1], behind);
  for (let i = 0; i < 100 && !await reachable(host); i += 1)
    await new Promise((done) => { setTimeout(done, 50); });
  return { host, child };
}

function fill(value, places) {
  if (typeof value === 'string')
    return value.replace(/\{([a-z]+)\}/g, (all, name) => places[name] ?? all);
  if (Array.isArray(value)) return value.map((one) => fill(one, places));
  if (value && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one, places)]));
  return value;
}

async function prepareActors() {
  const actors = {};
  for (const actor of scenario.actors) {
    const bytes = actor.payload && readFileSync(isAbsolute(actor.payload) ? actor.payload : join(payloads, actor.payload));
    const made = actor.sign ? await signDelivery(folder, bytes, actor.sign) : { bytes };
    actors[actor.id] = { ...actor, ...made, seen: [] };
  }
  return actors;
}

function registryEntry(actor, places) {
  const url = actor.url ?? `{${actor.at ?? 'api'}}/${actor.id}/{period}`;
  return fill({ orgnr: actor.orgnr, name: actor.name ?? actor.id, type: actor.type ?? 'municipality',
    endpoints: [{ id: actor.id, frequency: actor.frequency ?? 'quarter',
      allow: actor.allow ?? ['loopback'],
      source: { plugin: 'http', url }, ...(actor.auth ? { auth: actor.auth === '{shared}' ? scenario.shared : actor.auth } : {}),
      format: { plugin: 'indicator_json' }, ...actor.endpoint }] }, places);
}

function writeFiles(places) {
  const write = (name, value) => writeFileSync(join(folder, name), JSON.stringify(value, null, 1));
  write('actors.json', { actors: scenario.actors.map((actor) => registryEntry(actor, places)) });
  write('vater.json', { actors: 'actors.json', store: 'vater.db', certificates: 'ca.pem',
    connectSeconds: 5, jobSeconds: 20, runSeconds: 100, retrySeconds: 0.2,
    ...scenario.configuration });
  write('places.json', places);
}

// One delivery and the same signed, for `vater check`.
async function writeSigned() {
  if (!scenario.signed) return;
  const bytes = readFileSync(join(payloads, 'bodo-kommune.json'));
  writeFileSync(join(folder, 'one.json'), bytes);
  const { bytes: token } = await signDelivery(folder, bytes, scenario.signed);
  writeFileSync(join(folder, 'signed.jws'), `${token}\n`);
}

// What must occur nowhere but here: secrets, tokens, assertions and proofs of this world.
function canaries() {
  const all = Object.values(world.issuers);
  return [world.secret, ...Object.values(world.keys).map((key) => key.privateMember),
    ...all.flatMap((one) => one.issued), ...all.flatMap((one) => one.assertions)].filter(Boolean);
}

function writeSeen(api) {
  const issuers = Object.fromEntries(Object.entries(world.issuers).map(([name, one]) =>
    [name, { requests: one.requests, metadata: one.metadata, nonces: one.nonces, issued: one.issued.length }]));
  const actors = Object.fromEntries(Object.entries(api.actors).map(([id, one]) => [id, one.seen]));
  writeFileSync(join(folder, 'seen.json.new'),
    JSON.stringify({ issuers, actors, jwks: api.keyRequests, canaries: canaries(), diary }, null, 1), { mode: 0o600 });
  renameSync(join(folder, 'seen.json.new'), join(folder, 'seen.json'));
}

await openIssuers();
const api = openApi(world, await prepareActors(), scenario.jwks ?? {});
const front = await open(addresses.api);
front.answer(api.handler);
const demanding = await open(addresses.demanding, { requestCert: true, rejectUnauthorized: true });
demanding.answer(api.handler);
const nginx = scenario.nginx && haveNginx() ? await openNginx(api) : undefined;
const places = { api: `https://${front.host}`, apiport: front.host.split(':')[1], demanding: `https://${demanding.host}`, folder,
  nginx: nginx ? `https://${nginx.host}` : 'https://127.0.2.12:1',
  ...Object.fromEntries(Object.entries(world.issuers).map(([name, one]) => [name, one.url])) };
writeFiles(places);
await writeSigned();

let ending = false;
function end() {
  if (ending) return;
  ending = true;
  nginx?.child.kill('SIGTERM');
  writeSeen(api);
  process.exit(0);
}
process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('SIGUSR1', () => writeSeen(api));
setTimeout(end, LONGEST).unref();
process.stdout.write('ready\n');
