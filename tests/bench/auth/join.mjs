// join.mjs BULK WORLD: two configurations of the bulk's actors, bearer.json and dpop.json, both with
// the CAs of both servers.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [bulk, world] = process.argv.slice(2);
const read = (folder, name) => readFileSync(join(folder, name), 'utf8');
const actors = JSON.parse(read(bulk, 'actors.json')).actors;
const settings = JSON.parse(read(bulk, 'vater.json'));
const { helseid } = JSON.parse(read(world, 'places.json'));
const ways = {
  bearer: { plugin: 'bearer', token: { file: join(world, 'secret') } },
  dpop: { plugin: 'oauth2', profile: 'helseid', issuer: helseid, clientId: 'a', algorithm: 'ES256',
    key: { file: join(world, 'es256.jwk') }, keyId: 'vater-es256', scope: ['nhn:vater/collect'] },
};

writeFileSync(join(bulk, 'both.pem'), read(bulk, 'ca.pem') + read(world, 'ca.pem'));
for (const [name, auth] of Object.entries(ways)) {
  const list = actors.map((actor) => ({ ...actor,
    endpoints: actor.endpoints.map((endpoint) => ({ ...endpoint, auth })) }));
  writeFileSync(join(bulk, `actors-${name}.json`), JSON.stringify({ actors: list }));
  writeFileSync(join(bulk, `${name}.json`),
    JSON.stringify({ ...settings, actors: `actors-${name}.json`, certificates: 'both.pem' }));
}
