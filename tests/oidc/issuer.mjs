// A token service: oidc-provider in one of three shapes, behind a door that counts token requests
// and can be told to answer something else.
import { randomBytes } from 'node:crypto';
import Provider, { errors } from 'oidc-provider';
import DPoPNonces from './node_modules/oidc-provider/lib/helpers/dpop_nonces.js';
import { decodeJwt, decodeProtectedHeader, jwtVerify, importJWK } from 'jose';
import { httpDate, seconds } from './clock.mjs';
import { secret } from './credentials.mjs';
import { acceptGrant } from './maskinporten.mjs';

const SIGNING = ['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512',
  'EdDSA'];
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const HID = 'helseid://claims/client';

function publicOf({ privateMember, ...key }) {
  return key;
}

function makeClient(id, client, keys) {
  const method = client.method ?? 'private_key_jwt';
  return {
    client_id: id,
    token_endpoint_auth_method: method,
    grant_types: [client.grant ?? 'client_credentials'],
    response_types: [],
    redirect_uris: [],
    ...(client.secret ? { client_secret: client.secret } : {}),
    ...(client.dpop ? { dpop_bound_access_tokens: true } : {}),
    ...(method === 'tls_client_auth' ? { tls_client_auth_subject_dn: 'CN=vater-client' } : {}),
    ...(client.bound ? { tls_client_certificate_bound_access_tokens: true } : {}),
    ...(client.keys ? { jwks: { keys: client.keys.map((name) => publicOf(keys[name])) } } : {}),
  };
}

// HelseID: audience is the issuer and nothing else, own typ, at most 60 s (facts of its security
// profile); failures carry a HID code.
async function assertHelseId(ctx, claims, header) {
  const wrong = (text) => {
    ctx.state.said = `HID-1007: ${text}`;
    return new errors.InvalidClientAuth(text);
  };
  if (header.typ !== 'client-authentication+jwt') throw wrong(`typ is ${header.typ}`);
  if (claims.aud !== ctx.oidc.provider.issuer) throw wrong('aud is not the issuer');
  if (claims.iss !== claims.sub) throw wrong('iss and sub differ');
  if (!Number.isInteger(claims.nbf)) throw wrong('nbf is missing');
  if (claims.exp - claims.iat > 60) throw wrong('the assertion lives too long');
  if (Math.abs(claims.iat - seconds()) > 5) throw wrong('iat is not now');
}

async function assertGeneric(ctx, claims) {
  if (Math.abs((claims.iat ?? 0) - seconds()) > 5)
    throw new errors.InvalidClientAuth('iat is not now');
}

function grantedScopes(world, ctx, client) {
  const allowed = world.clients[client.clientId].scopes;
  const asked = ctx.oidc.params.scope?.split(' ') ?? allowed;
  const wrong = asked.find((scope) => !allowed.includes(scope));
  if (wrong !== undefined) throw new errors.InvalidScope('the client may not have this scope', wrong);
  ctx.oidc.params.scope = asked.join(' ');
  return allowed.join(' ');
}

function configuration(world, issuer) {
  const { shape } = issuer;
  return {
    clients: Object.entries(world.clients).filter(([, one]) => one.at === shape)
      .map(([id, one]) => makeClient(id, one, world.keys)),
    jwks: { keys: world.serverKeys },
    cookies: { keys: [secret()] },
    ttl: { ClientCredentials: issuer.lifetime },
    scopes: [...new Set(Object.values(world.clients).flatMap((one) => one.scopes))],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt',
      'tls_client_auth'],
    enabledJWA: { clientAuthSigningAlgValues: SIGNING, dPoPSigningAlgValues: SIGNING },
    routes: { token: shape === 'helseid' ? '/connect/token' : '/token' },
    clockTolerance: 5,
    assertJwtClientAuthClaimsAndHeader: shape === 'helseid' ? assertHelseId : assertGeneric,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: shape !== 'maskinporten', nonceSecret: randomBytes(32),
        requireNonce: () => shape === 'helseid' && !issuer.rotate },
      mTLS: { enabled: true, tlsClientAuth: true, certificateBoundAccessTokens: true,
        getCertificate: (ctx) => ctx.req.socket.getPeerX509Certificate?.(),
        certificateAuthorized: (ctx) => ctx.req.socket.authorized,
        certificateSubjectMatches: (ctx, property, value) =>
          ctx.req.socket.getPeerX509Certificate().subject === value },
      resourceIndicators: { enabled: true,
        defaultResource: () => world.audience,
        getResourceServerInfo: (ctx, resource, client) => {
          if (resource !== world.audience) throw new errors.InvalidTarget();
          return { scope: grantedScopes(world, ctx, client), audience: world.audience,
            accessTokenTTL: issuer.lifetime, accessTokenFormat: 'jwt',
            jwt: { sign: { alg: shape === 'helseid' ? 'PS256' : 'RS256' } } };
        } },
    },
    formats: { customizers: { jwt: (ctx, token, parts) => dress(shape, token, parts) } },
  };
}

function dress(shape, token, parts) {
  if (shape === 'helseid')
    Object.assign(parts.payload, { nbf: parts.payload.iat, [`${HID}/client_name`]: 'vater',
      [`${HID}/amr`]: 'private_key_jwt', [`${HID}/claims/orgnr_parent`]: '983544622' });
  if (shape === 'maskinporten') {
    delete parts.payload.sub;
    Object.assign(parts.payload, { client_amr: 'private_key_jwt',
      consumer: { authority: 'iso6523-actorid-upis', ID: '0192:983544622' } });
  }
}

// Failures that HelseID names; the others keep what the provider said.
const named = {
  invalid_scope: 'HID-1010: the client is not configured for the scope',
};

async function explain(issuer, ctx, next) {
  if (issuer.shape === 'maskinporten' && ctx.path === '/.well-known/oauth-authorization-server')
    ctx.path = '/.well-known/openid-configuration';
  await next();
  if (ctx.body?.error && issuer.shape === 'helseid' && (ctx.state.said ?? named[ctx.body.error]))
    ctx.body.error_description = ctx.state.said ?? named[ctx.body.error];
  if (issuer.rotate) ctx.set('DPoP-Nonce', issuer.wanted);
  if (ctx.body?.access_token) issuer.issued.push(ctx.body.access_token);
  if (ctx.body?.access_token || ctx.body?.token_endpoint)
    Object.assign(ctx.body, fill(issuer, ctx.req.told?.change ?? {}));
  for (const name of ctx.req.told?.drop ?? []) delete ctx.body[name];
}

// {port} is the issuer's own, so that another name may stand for its address.
const fill = (issuer, change) => Object.fromEntries(Object.entries(change).map(([name, value]) =>
  [name, typeof value === 'string' ? value.replace('{port}', new URL(issuer.url).port) : value]));

function readBody(request) {
  return new Promise((resolve, reject) => {
    const parts = [];
    let size = 0;
    request.on('data', (part) => {
      size += part.length;
      if (size > 65536) request.destroy();
      parts.push(part);
    });
    request.on('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    request.on('error', reject);
  });
}

async function drip(response, body, ms) {
  for (const byte of body) {
    response.write(byte);
    await new Promise((done) => { setTimeout(done, ms).unref(); });
  }
  response.end();
}

// One instead of the real answer: {"status", "headers", "body", "repeat", "after", "drip"}.
async function answerAsTold(told, response) {
  if (told.after) await new Promise((done) => { setTimeout(done, told.after).unref(); });
  const body = told.repeat ? told.body.repeat(told.repeat) : told.body ?? '';
  const headers = { 'Content-Type': 'application/json', ...told.headers };
  if (told.nonce) headers['DPoP-Nonce'] = secret();
  response.writeHead(told.status ?? 200, headers);
  if (told.drip) return drip(response, body, told.drip);
  return response.end(body);
}

function note(issuer, request, form, response) {
  const entry = { form: Object.fromEntries([...form].filter(([name]) => !/assertion$|secret/.test(name))),
    grant: form.get('grant_type'), dpop: request.headers.dpop !== undefined };
  const assertion = form.get('client_assertion') ?? form.get('assertion');
  try {
    const { iat, exp, jti } = decodeJwt(assertion);
    Object.assign(entry, { header: decodeProtectedHeader(assertion), claims: { iat, exp, jti } });
  } catch {
    entry.header = null;
  }
  issuer.requests.push(entry);
  issuer.assertions.push(...[assertion, request.headers.dpop].filter(Boolean));
  response.on('finish', () => { entry.status = response.statusCode; });
}

// {"echo": true}: a refusal that quotes what it was sent, as JSON and in a header.
function echo(request, form, response) {
  const basic = request.headers.authorization?.split(' ')[1] ?? '';
  const sent = [basic, Buffer.from(basic, 'base64').toString(), request.headers.dpop,
    ...['client_secret', 'client_assertion', 'assertion'].map((name) => form.get(name))].filter(Boolean);
  response.writeHead(400, { 'Content-Type': 'application/json', 'X-Echo': sent.join(' ') });
  response.end(JSON.stringify({ error: 'invalid_client',
    error_description: `${sent.join(' ')} of 15076500565 is wrong` }));
}

async function door(issuer, request, response) {
  response.setHeader('Date', httpDate());
  if (request.method !== 'POST') {
    issuer.metadata += 1;
    const told = issuer.metadataAnswers?.[Math.min(issuer.metadata, issuer.metadataAnswers.length) - 1];
    if (told && !told.change) return answerAsTold(told, response);
    request.told = told;
    return issuer.callback(request, response);
  }
  const form = new URLSearchParams(await readBody(request));
  note(issuer, request, form, response);
  const { answers = [] } = issuer;
  const told = answers[Math.min(issuer.requests.length, answers.length) - 1];
  request.told = told;
  if (told?.echo) return echo(request, form, response);
  if (told && !told.change) return answerAsTold(told, response);
  if (issuer.rotate && !takesNonce(issuer, request, response)) return undefined;
  if (issuer.shape === 'maskinporten') form.set('client_id', clientOf(form.get('assertion')));
  request.body = Object.fromEntries(form);
  return issuer.callback(request, response);
}

// {"rotate"}: each answer gives the nonce of the next request, and takes no other one.
function takesNonce(issuer, request, response) {
  const { nonce } = decodeJwt(request.headers.dpop ?? '');
  const right = nonce !== undefined && nonce === issuer.wanted;
  issuer.nonces.push(right);
  issuer.wanted = secret();
  response.setHeader('DPoP-Nonce', issuer.wanted);
  if (right) return true;
  response.writeHead(400, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify({ error: 'use_dpop_nonce' }));
  return false;
}

function clientOf(assertion) {
  try {
    return JSON.parse(Buffer.from(assertion.split('.')[1], 'base64url')).iss ?? '';
  } catch {
    return '';
  }
}

export function openIssuer(world, shape, url, told = {}) {
  const issuer = { shape, url, lifetime: 300, ...told, requests: [], issued: [], assertions: [], nonces: [],
    metadata: 0 };
  if (issuer.rotate) DPoPNonces.prototype.checkNonce = () => true;
  const provider = new Provider(url, configuration(world, issuer));
  provider.proxy = true;
  if (shape === 'maskinporten')
    provider.registerGrantType(JWT_BEARER, (ctx, next) => acceptGrant(world, issuer, ctx, next),
      ['assertion', 'scope']);
  provider.use((ctx, next) => explain(issuer, ctx, next));
  for (const event of ['grant.error', 'server_error', 'discovery.error'])
    provider.on(event, (ctx, fault) => world.tell(`${shape}: ${fault.error_detail ?? fault.error_description ?? fault.stack}`));
  issuer.callback = provider.callback();
  issuer.handler = (request, response) => {
    door(issuer, request, response).catch((fault) => {
      world.tell(`${shape}: ${fault.stack}`);
      response.destroy();
    });
  };
  issuer.verify = async (token, options) => {
    const { kid, alg } = decodeProtectedHeader(token);
    const key = world.serverKeys.find((one) => one.kid === kid && one.alg === alg);
    if (!key) throw new Error('no such key');
    const { kty, n, e, crv, x, y } = key;
    return jwtVerify(token, await importJWK({ kty, n, e, crv, x, y }, alg), { issuer: url, ...options });
  };
  return issuer;
}
