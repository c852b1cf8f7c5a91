// Keys and certificates of a world: a CA, one server certificate for all addresses, a client
// certificate, and the keys with which vater signs. All but the RSA keys are made anew for each.
import { execFileSync } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kinds = {
  'ps256': ['rsa', { modulusLength: 2048 }, 'PS256'],
  'rs256': ['rsa', { modulusLength: 2048 }, 'RS256'],
  'es256': ['ec', { namedCurve: 'P-256' }, 'ES256'],
  'es384': ['ec', { namedCurve: 'P-384' }, 'ES384'],
  'es512': ['ec', { namedCurve: 'P-521' }, 'ES512'],
  'eddsa': ['ed25519', {}, 'EdDSA'],
};

export function secret() {
  return randomBytes(24).toString('base64url');
}

function openssl(...words) {
  return execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'pipe'], timeout: 20000 });
}

// A private key that is read anew from its PEM. One that comes straight from its making hangs for
// good when garbage is collected while it is exported (seen with Node.js 20: the destructor of the
// making waits for the lock that the export holds).
function generateKey(type, options) {
  const pair = generateKeyPairSync(type, { ...options,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
  return createPrivateKey(pair.privateKey);
}

// Making an RSA key takes longer than all else of a world's beginning: each is made once for a
// build folder and then kept there.
function keptKey(name, [type, options]) {
  if (type !== 'rsa') return generateKey(type, options);
  const folder = join(dirname(fileURLToPath(import.meta.url)), 'keys');
  const path = join(folder, `${name}.pem`);
  try {
    return createPrivateKey(readFileSync(path));
  } catch {
    const key = generateKey(type, options);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${path}.${process.pid}`, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
    return key;
  }
}

function makeKey(folder, name, kind) {
  const alg = kind[2];
  const privateKey = keptKey(name, kind);
  const publicKey = createPublicKey(privateKey);
  const kid = `vater-${name}`;
  const own = privateKey.export({ format: 'jwk' });
  writeFileSync(join(folder, `${name}.pem`), privateKey.export({ type: 'pkcs8', format: 'pem' }),
    { mode: 0o600 });
  writeFileSync(join(folder, `${name}.jwk`), JSON.stringify({ ...own, kid, alg }), { mode: 0o600 });
  return { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig', privateMember: own.d };
}

// Client keys by name; `file.pem` and `file.jwk` of each are in the folder.
export function makeClientKeys(folder) {
  return Object.fromEntries(Object.entries(kinds).map(([name, kind]) =>
    [name, makeKey(folder, name, kind)]));
}

export function makeServerKeys() {
  return ['ps256', 'rs256', 'es256'].map((name) => {
    const alg = kinds[name][2];
    const privateKey = keptKey(`server-${name}`, kinds[name]);
    return { ...privateKey.export({ format: 'jwk' }), kid: `world-${name}`, alg, use: 'sig' };
  });
}

function sign(folder, name, subject, extensions) {
  const path = (end) => join(folder, `${name}.${end}`);
  writeFileSync(path('ext'), extensions);
  openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', subject, '-keyout', path('key'), '-out', path('csr'));
  openssl('x509', '-req', '-in', path('csr'), '-CA', join(folder, 'ca.pem'), '-CAkey',
    join(folder, 'ca.key'), '-CAcreateserial', '-days', '60', '-extfile', path('ext'),
    '-out', path('crt'));
  chmodSync(path('crt'), 0o600);
  chmodSync(path('key'), 0o600);
}

export function makeCertificates(folder, addresses) {
  openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
    '-subj', '/CN=vater test world CA', '-days', '60', '-keyout', join(folder, 'ca.key'),
    '-out', join(folder, 'ca.pem'),
    '-addext', 'basicConstraints=critical,CA:TRUE', '-addext', 'keyUsage=critical,keyCertSign');
  sign(folder, 'server', '/CN=vater test world', [
    `subjectAltName=DNS:*.world.test,${addresses.map((one) => `IP:${one}`).join(',')}`,
    'extendedKeyUsage=serverAuth', 'keyUsage=critical,digitalSignature', ''].join('\n'));
  sign(folder, 'client', '/CN=vater-client', [
    'extendedKeyUsage=clientAuth', 'keyUsage=critical,digitalSignature', ''].join('\n'));
  const read = (name) => readFileSync(join(folder, name));
  return { ca: read('ca.pem'), key: read('server.key'), cert: read('server.crt') };
}

export function thumbprint(text) {
  return createHash('sha256').update(text).digest('base64url');
}

export function publicPem(jwk) {
  return createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
}
