// Deliveries that actors sign: a compact JWS as the body, or a detached one in a header. `hmac` signs
// with the text of the public PEM, as an attacker would who has only that.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompactSign, importJWK } from 'jose';

const part = (value) => Buffer.from(value).toString('base64url');

async function makeToken(folder, bytes, { key, header = {}, hmac, none }) {
  const jwk = JSON.parse(readFileSync(join(folder, `${key}.jwk`)));
  const members = { kid: jwk.kid, ...header };
  if (none) return `${part(JSON.stringify({ alg: 'none', ...members }))}.${part(bytes)}.`;
  if (!hmac)
    return new CompactSign(bytes).setProtectedHeader({ alg: jwk.alg, ...members })
      .sign(await importJWK(jwk, jwk.alg));
  const text = `${part(JSON.stringify({ alg: 'HS256', ...members }))}.${part(bytes)}`;
  const pem = readFileSync(join(folder, `${key}.pub.pem`));
  return `${text}.${createHmac('sha256', pem).update(text).digest('base64url')}`;
}

export async function signDelivery(folder, bytes, how) {
  const token = await makeToken(folder, bytes, how);
  const sent = how.tamper ? Buffer.from(bytes.toString().replace('final', 'FINAL')) : bytes;
  const [head, , signature] = token.split('.');
  if (how.form === 'detached')
    return { bytes: sent, headers: { 'x-jws-signature': `${head}..${signature}`, ...how.headers } };
  return { bytes: how.tamper ? `${head}.${part(sent)}.${signature}` : token,
    mediaType: how.mediaType ?? 'application/jose' };
}
