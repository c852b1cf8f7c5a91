// nginx in front of the API: the TLS end that a real actor with mutual TLS has.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const program = '/usr/sbin/nginx';

export const haveNginx = () => existsSync(program);

function configuration(folder, address, port, behind) {
  return `daemon off; master_process off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events { worker_connections 256; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((one) => `${one}_temp_path ${folder}/nginx-${one};`).join(' ')}
  server {
    listen ${address}:${port} ssl;
    ssl_certificate ${folder}/server.crt; ssl_certificate_key ${folder}/server.key;
    ssl_client_certificate ${folder}/ca.pem; ssl_verify_client on;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      proxy_pass http://${behind};
      proxy_set_header X-Front-Host ${address}:${port};
      proxy_set_header X-Client-Certificate $ssl_client_escaped_cert;
    }
  }
}
`;
}

export function startNginx(folder, address, port, behind) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'nginx.conf');
  writeFileSync(path, configuration(folder, address, port, behind));
  return spawn(program, ['-p', folder, '-c', path, '-e', `${folder}/nginx.log`],
    { stdio: ['ignore', 'ignore', 'inherit'] });
}
