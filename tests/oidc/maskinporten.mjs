// The JWT grant as Maskinporten documents it (protocol pages "JWT grant", "token" and
// "feilsøking"): failures carry its MP codes.
import { errors } from 'oidc-provider';
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import { seconds } from './clock.mjs';

const WINDOW = 10;
const LONGEST = 120;

function refuse(error, code, text) {
  return new errors.CustomOIDCProviderError(error, `${code}: ${text}`);
}

const grant = (code, text) => refuse('invalid_grant', code, text);

function checkTimes({ iat, exp }) {
  const now = seconds();
  if (!Number.isInteger(iat) || !Number.isInteger(exp)) throw grant('MP-011', 'iat and exp are integers');
  if (iat > now + WINDOW) throw refuse('invalid_grant', 'MP-100', 'issue time is after now');
  if (iat < now - WINDOW) throw grant('MP-130', 'the grant is too old');
  if (exp <= now) throw grant('MP-130', 'the grant has expired');
  if (exp - iat > LONGEST) throw grant('MP-011', `exp - iat is over ${LONGEST}`);
}

function checkShape(header, claims, issuer) {
  if (!['RS256', 'RS384', 'RS512'].includes(header.alg)) throw grant('MP-100', `alg ${header.alg}`);
  if (header.kid === undefined) throw grant('MP-100', 'neither kid nor x5c');
  if (claims.aud !== issuer) throw grant('MP-110', `aud is not ${issuer}`);
  if (typeof claims.scope !== 'string') throw refuse('invalid_scope', 'MP-200', 'no scope in the grant');
  if (claims.resource !== undefined && !Array.isArray(claims.resource)) throw grant('MP-011', 'resource is a list');
  if (typeof claims.jti !== 'string') throw grant('MP-011', 'no jti');
}

async function checkSignature(assertion, header, keys) {
  const key = keys.find((one) => one.kid === header.kid);
  if (key === undefined) throw grant('MP-100', 'unknown kid');
  const { privateMember, ...open } = key;
  await compactVerify(assertion, await importJWK(open, header.alg)).catch(() => {
    throw grant('MP-124', 'the signature is wrong');
  });
}

export async function acceptGrant(world, issuer, ctx, next) {
  const { assertion } = ctx.oidc.params;
  const { client } = ctx.oidc;
  const { ClientCredentials, ReplayDetection } = ctx.oidc.provider;
  let header;
  let claims;
  try {
    header = decodeProtectedHeader(assertion);
    claims = decodeJwt(assertion);
  } catch {
    throw grant('MP-100', 'the grant is no JWT');
  }
  const registered = world.clients[client.clientId];
  checkShape(header, claims, issuer.url);
  checkTimes(claims);
  await checkSignature(assertion, header, registered.keys.map((name) => world.keys[name]));
  const wrong = claims.scope.split(' ').find((scope) => !registered.scopes.includes(scope));
  if (wrong !== undefined) throw refuse('invalid_scope', 'MP-201', `unknown scope ${wrong}`);
  if (!await ReplayDetection.unique(claims.iss, claims.jti, claims.exp + WINDOW))
    throw grant('MP-012', 'the grant was used before');
  const token = new ClientCredentials({ client, scope: claims.scope });
  token.resourceServer = new ctx.oidc.provider.ResourceServer(world.audience, {
    scope: claims.scope, audience: claims.resource?.[0] ?? 'unspecified',
    accessTokenTTL: issuer.lifetime, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'RS256' } } });
  ctx.oidc.entity('ClientCredentials', token);
  const value = await token.save();
  ctx.body = { access_token: value, token_type: 'Bearer', expires_in: token.expiration,
    scope: claims.scope };
  await next();
}
