// The world itself under test: an honest client is let in, each dishonest one is not. The client is
// written with the jose library alone, so that what vater does is compared with a second maker.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { importJWK, SignJWT } from 'jose';

const here = new URL('.', import.meta.url).pathname;
const folder = mkdtempSync(join(here, 'world-'));
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const scenario = {
  clients: {
    a: { at: 'helseid', dpop: true, keys: ['ps256', 'es256'] },
    b: { at: 'maskinporten', method: 'none', grant: JWT_BEARER, keys: ['rs256'] },
  },
  actors: [{ id: 'helse', orgnr: '983974724', wants: 'helseid' },
    { id: 'nonce', orgnr: '964338531', wants: 'helseid', nonce: true },
    { id: 'maskin', orgnr: '972418013', wants: 'maskinporten' }],
};
let child;
let places;
const now = () => Math.floor(Date.now() / 1000);

before(async () => {
  writeFileSync(join(folder, 'scenario.json'), JSON.stringify(scenario));
  child = spawn(process.execPath, [join(here, 'world.mjs'), folder, join(folder, 'scenario.json'), ''],
    { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('error', reject);
  });
  places = JSON.parse(readFileSync(join(folder, 'places.json')));
});

after(async () => {
  child.kill('SIGTERM');
  await new Promise((done) => { child.once('exit', done); });
  rmSync(folder, { recursive: true });
});

function ask(url, { method = 'GET', headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, ca: readFileSync(join(folder, 'ca.pem')) }, (answer) => {
      let text = '';
      answer.on('data', (part) => { text += part; });
      answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers,
        json: text.startsWith('{') ? JSON.parse(text) : undefined }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function sign(name, header, claims) {
  const jwk = JSON.parse(readFileSync(join(folder, `${name}.jwk`)));
  return new SignJWT(claims).setProtectedHeader({ alg: jwk.alg, ...header }).sign(await importJWK(jwk, jwk.alg));
}

function publicKey(name) {
  const { kty, n, e, crv, x, y } = JSON.parse(readFileSync(join(folder, `${name}.jwk`)));
  return JSON.parse(JSON.stringify({ kty, n, e, crv, x, y }));
}

const proof = (claims, key = 'es256', header = {}) =>
  sign(key, { typ: 'dpop+jwt', jwk: publicKey(key), ...header }, { jti: randomUUID(), iat: now(), ...claims });

const assertion = (claims = {}, header = {}) => sign('ps256',
  { kid: 'vater-ps256', typ: 'client-authentication+jwt', ...header },
  { iss: 'a', sub: 'a', aud: places.helseid, iat: now(), nbf: now(), exp: now() + 20, jti: randomUUID(), ...claims });

async function askHelseId(signed, nonce, more = {}) {
  const url = `${places.helseid}/connect/token`;
  return ask(url, { method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded',
      DPoP: await proof({ htm: 'POST', htu: url, ...(nonce ? { nonce } : {}) }) },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'a',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: signed, ...more }).toString() });
}

async function helseToken(claims, header, more) {
  const first = await askHelseId(await assertion());
  assert.equal(first.status, 400);
  assert.equal(first.json.error, 'use_dpop_nonce');
  return askHelseId(await assertion(claims, header), first.headers['dpop-nonce'], more);
}

async function askApi(id, token, claims = {}, { scheme = 'DPoP', key, header } = {}) {
  const url = `${places.api}/${id}/2026-Q3`;
  const made = await proof({ htm: 'GET', htu: url, ath: createHash('sha256').update(token).digest('base64url'),
    ...claims }, key, header);
  const send = () => ask(`${url}?page=1`, { headers: { Authorization: `${scheme} ${token}`, DPoP: made } });
  return { answer: await send(), again: send };
}

test('A12: an honest HelseID client is let in; a proof that is replayed is not', async () => {
  const { status, json } = await helseToken();
  assert.equal(status, 200);
  assert.equal(json.token_type, 'DPoP');
  assert.equal(json.scope, 'nhn:vater/collect');
  const { answer, again } = await askApi('helse', json.access_token);
  assert.equal(answer.status, 204);
  assert.equal((await again()).status, 401);
});

test('A12: a proof of another method, address, token or key is refused', async () => {
  const { json } = await helseToken();
  const rows = [{ htm: 'POST' }, { htu: `${places.api}/helse/2026-Q3?page=1` }, { ath: 'x' }, { iat: now() - 20 },
    { iat: now() + 20 }, { jti: undefined }];
  for (const claims of rows)
    assert.equal((await askApi('helse', json.access_token, claims)).answer.status, 401, JSON.stringify(claims));
  for (const how of [{ scheme: 'Bearer' }, { key: 'es384' }, { header: { typ: 'JWT' } }])
    assert.equal((await askApi('helse', json.access_token, {}, how)).answer.status, 401, JSON.stringify(how));
});

test('an API may want a nonce of its own', async () => {
  const { json } = await helseToken();
  const { answer } = await askApi('nonce', json.access_token);
  assert.equal(answer.status, 401);
  assert.match(answer.headers['www-authenticate'], /use_dpop_nonce/);
  const nonce = answer.headers['dpop-nonce'];
  assert.equal((await askApi('nonce', json.access_token, { nonce })).answer.status, 204);
});

test('assertions are held to the HelseID profile', async () => {
  const rows = [[{ aud: `${places.helseid}/` }, {}], [{}, { typ: 'JWT' }], [{ exp: now() + 300 }, {}],
    [{ iat: now() - 60 }, {}], [{ sub: 'b' }, {}]];
  for (const [claims, header] of rows) {
    const { status, json } = await helseToken(claims, header);
    assert.equal(status, claims.sub ? 400 : 401, JSON.stringify(json));
  }
  const told = await helseToken({}, { typ: 'JWT' });
  assert.equal(told.json.error, 'invalid_client');
  assert.match(told.json.error_description, /^HID-1007: /);
  const scope = await helseToken({}, {}, { scope: 'nhn:other/thing' });
  assert.equal(scope.json.error, 'invalid_scope');
  assert.match(scope.json.error_description, /^HID-1010: /);
});

test('an assertion is taken once, also when a nonce was missing', async () => {
  const signed = await assertion();
  const first = await askHelseId(signed);
  assert.equal(first.json.error, 'use_dpop_nonce');
  const second = await askHelseId(signed, first.headers['dpop-nonce']);
  assert.equal(second.json.error, 'invalid_client');
});

async function askMaskinporten(claims = {}, header = {}, jti = randomUUID()) {
  const signed = await sign('rs256', { kid: 'vater-rs256', ...header },
    { aud: places.maskinporten, iss: 'b', scope: 'nhn:vater/collect', iat: now(), exp: now() + 100, jti, ...claims });
  return ask(`${places.maskinporten}token`, { method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: JWT_BEARER, assertion: signed }).toString() });
}

test('an honest Maskinporten client is let in', async () => {
  const { status, json } = await askMaskinporten();
  assert.equal(status, 200);
  assert.equal(json.token_type, 'Bearer');
  const answer = await ask(`${places.api}/maskin/2026-Q3`, { headers: { Authorization: `Bearer ${json.access_token}` } });
  assert.equal(answer.status, 204);
});

test('a Maskinporten grant is held to its rules, each told by its code', async () => {
  const rows = [[{ aud: places.maskinporten.slice(0, -1) }, {}, /MP-110/], [{ exp: now() + 130 }, {}, /MP-011/],
    [{ iat: now() + 30 }, {}, /after now/], [{ iat: now() - 30 }, {}, /MP-130/], [{}, { kid: undefined }, /MP-100/],
    [{ scope: undefined }, {}, /MP-200/], [{ scope: 'other' }, {}, /MP-201/], [{ resource: 'x' }, {}, /MP-011/],
    [{ iss: 'nobody' }, {}, /authentication failed/]];
  for (const [claims, header, wanted] of rows) {
    const { status, json } = await askMaskinporten(claims, header);
    assert.ok(status === 400 || status === 401);
    assert.match(json.error_description, wanted);
  }
  const jti = randomUUID();
  assert.equal((await askMaskinporten({}, {}, jti)).status, 200);
  assert.match((await askMaskinporten({}, {}, jti)).json.error_description, /MP-012/);
});
