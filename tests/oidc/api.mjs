// The actors' API. Each path is an actor; what it wants to see is checked strictly, as Norsk
// helsenett's sample API does: signature, issuer, audience, scope, times within 5 s, and with DPoP
// exactly one proof, typ, htm and htu to the letter, ath, jti once, thumbprint of cnf.jkt, nonce.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose';
import { httpDate, seconds } from './clock.mjs';

const WINDOW = 5;
const PROOFS = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512',
  'EdDSA'];

class Refusal extends Error {
  constructor(text, status = 401, error = 'invalid_token') {
    super(text);
    Object.assign(this, { status, error });
  }
}

function need(condition, text) {
  if (!condition) throw new Refusal(text);
}

const digest = (text) => createHash('sha256').update(text).digest('base64url');

function sameSecret(got, wanted) {
  const [one, other] = [got, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(one, other);
}

async function checkProof(api, actor, request, url, token, claims) {
  const header = request.headers.dpop;
  const fail = (text) => new Refusal(text, 401, 'invalid_dpop_proof');
  const must = (condition, text) => { if (!condition) throw fail(text); };
  must(header !== undefined && !header.includes(','), 'exactly one DPoP header');
  const { payload, protectedHeader } = await jwtVerify(header, EmbeddedJWK,
    { algorithms: PROOFS, typ: 'dpop+jwt' }).catch((fault) => { throw fail(fault.message); });
  must(protectedHeader.jwk.d === undefined, 'a private key in the proof');
  must(payload.htm === request.method, `htm is ${payload.htm}`);
  must(payload.htu === url, `htu is ${payload.htu}, not ${url}`);
  must(Number.isInteger(payload.iat) && Math.abs(payload.iat - seconds()) <= WINDOW, 'iat is not now');
  must(payload.ath === digest(token), 'ath is not of the token');
  must(typeof payload.jti === 'string' && !api.proofs.has(payload.jti), 'jti seen before');
  api.proofs.add(payload.jti);
  must(await calculateJwkThumbprint(protectedHeader.jwk) === claims.cnf?.jkt, 'another key');
  if (actor.nonce && (actor.wanted === undefined || payload.nonce !== actor.wanted)) {
    actor.wanted = randomBytes(16).toString('base64url');
    throw new Refusal('a nonce is wanted', 401, 'use_dpop_nonce');
  }
  if (actor.nonce === 'rotate') actor.wanted = randomBytes(16).toString('base64url');
  if (actor.nonce === 'always') {
    actor.wanted = randomBytes(16).toString('base64url');
    throw new Refusal('another nonce is wanted', 401, 'use_dpop_nonce');
  }
}

async function checkToken(api, actor, request, url) {
  const [scheme, token] = (request.headers.authorization ?? '').split(' ');
  const issuer = api.world.issuers[actor.wants];
  need(token !== undefined, 'no token');
  const audience = actor.wants === 'maskinporten' ? undefined : api.world.audience;
  const { payload } = await issuer.verify(token, { audience, clockTolerance: WINDOW })
    .catch((fault) => { throw new Refusal(fault.message); });
  need((payload.scope ?? '').split(' ').includes(actor.scope ?? api.world.scope), 'scope is missing');
  need(!api.revoked.has(token), 'revoked');
  need(scheme === (payload.cnf?.jkt ? 'DPoP' : 'Bearer'), `scheme ${scheme}`);
  if (payload.cnf?.jkt) await checkProof(api, actor, request, url, token, payload);
  if (payload.cnf?.['x5t#S256'])
    need(payload.cnf['x5t#S256'] === thumbprintOf(request), 'another certificate');
  return token;
}

// Of the client's certificate: from the connection, or as the front handed it on.
function thumbprintOf(request) {
  const escaped = request.headers['x-client-certificate'];
  const text = escaped && decodeURIComponent(escaped).replace(/-----[^-]+-----|\s/g, '');
  const raw = text ? Buffer.from(text, 'base64') : request.socket.getPeerCertificate?.().raw;
  return raw && createHash('sha256').update(raw).digest('base64url');
}

async function check(api, actor, request, url) {
  const { authorization = '' } = request.headers;
  if (actor.wants === 'nothing') return undefined;
  if (actor.wants === 'bearer')
    return need(sameSecret(authorization, `Bearer ${api.world.secret}`), 'wrong token');
  if (actor.wants === 'basic') {
    const wanted = Buffer.from(`vater:${api.world.secret}`).toString('base64');
    return need(sameSecret(authorization, `Basic ${wanted}`), 'wrong password');
  }
  return checkToken(api, actor, request, url);
}

function refuse(api, actor, response, fault) {
  const scheme = actor.wants === 'helseid' ? 'DPoP' : 'Bearer';
  const headers = { 'WWW-Authenticate': `${scheme} error="${fault.error}"` };
  if (fault.error === 'use_dpop_nonce' || actor.nonce === 'rotate') headers['DPoP-Nonce'] = actor.wanted;
  response.writeHead(fault.status, headers);
  response.end();
}

function deliver(actor, request, response) {
  if (actor.nonce === 'rotate') response.setHeader('DPoP-Nonce', actor.wanted);
  if (actor.next && request.url.includes('?page=2')) return response.writeHead(204).end();
  if (actor.next) response.setHeader('Link', '<?page=2>; rel="next"');
  if (actor.bytes === undefined) return response.writeHead(204).end();
  response.writeHead(200, { 'Content-Type': actor.mediaType ?? 'application/json', ...actor.headers });
  return response.end(actor.bytes);
}

// The keys that actors sign with: {"keys": [names], "status", "repeat"}.
function serveKeys(api, response) {
  const { keys, status = 200, repeat = 1, body } = api.jwks;
  api.keyRequests += 1;
  const list = api.world.publicKeys.keys.filter(({ kid }) => !keys || keys.includes(kid));
  response.writeHead(status, { 'Content-Type': 'application/jwk-set+json' });
  response.end((body ?? JSON.stringify({ keys: list })).repeat(repeat));
}

// {"echo": true}: a refusal that quotes what it was sent, and a person number (of nobody).
const PERSON = '15076500565';

function echo(told, request, response) {
  const { authorization } = request.headers;
  response.writeHead(told.status, { 'Content-Type': 'text/plain', 'X-Echo': authorization,
    'WWW-Authenticate': `Bearer error="invalid_request", error_description="${authorization} of ${PERSON}"` });
  response.end(`I do not like ${authorization} (${authorization?.split(' ')[1]}) of ${PERSON}`);
}

async function serve(api, request, response) {
  response.setHeader('Date', httpDate());
  const path = request.url.split('?')[0];
  if (path === '/jwks') return serveKeys(api, response);
  const actor = api.actors[path.split('/')[1]];
  if (actor === undefined) return response.writeHead(404).end();
  const host = request.headers['x-front-host'] ?? request.headers.host;
  const told = actor.answers?.[actor.seen.length];
  const entry = {};
  actor.seen.push(entry);
  response.on('finish', () => { entry.status = response.statusCode; });
  try {
    const token = await check(api, actor, request, `https://${host}${path}`);
    if (told?.delay) await new Promise((done) => { setTimeout(done, told.delay).unref(); });
    if (told?.echo) return echo(told, request, response);
    if (told?.revoke) api.revoked.add(token);
    if (told?.revoke || told?.status === 401) throw new Refusal('as told');
    if (told?.status) return response.writeHead(told.status).end();
  } catch (fault) {
    if (!(fault instanceof Refusal)) throw fault;
    entry.why = fault.message;
    return refuse(api, actor, response, fault);
  }
  return deliver(actor, request, response);
}

export function openApi(world, actors, jwks = {}) {
  const api = { world, actors, jwks, keyRequests: 0, proofs: new Set(), revoked: new Set() };
  api.handler = (request, response) => {
    serve(api, request, response).catch((fault) => {
      world.tell(`api: ${fault.stack}`);
      response.destroy();
    });
  };
  return api;
}
