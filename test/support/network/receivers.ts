import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { join } from 'node:path';
import { readQuestion, toReply, TYPE_A, TYPE_AAAA } from '../dnsMessages';

/**
 * The far side of the networks test, in a namespace of its own: a name server and receivers of all kinds. Written to be
 * run by `node -r ./test/runTypeScript.cjs`, with the folder of certificates and the name of its network device.
 */
const [folder = '', device = ''] = process.argv.slice(2);
const IPV4 = '45.33.0.2';
/** A server of its own: OpenSSL would fill in the chain of the server's default certificate. */
const INCOMPLETE_IPV4 = '45.33.0.3';
const LATE_IPV4 = '45.33.0.9';
const IPV6 = '2a01:4f8:0:0:0:0:0:2';

/** A and AAAA of each name under recv.example. */
const names: Readonly<Record<string, readonly [ipv4: readonly string[], ipv6: readonly string[]]>> = {
  good: [[IPV4], []],
  incomplete: [[INCOMPLETE_IPV4], []],
  othername: [[IPV4], []],
  expired: [[IPV4], []],
  six: [[], [IPV6]],
  dual: [[LATE_IPV4], [IPV6]],
  plain: [[IPV4], []],
};
let rebound = 0;

const addressesOf = (name: string, type: number): readonly string[] => {
  const [host = ''] = name.split('.');
  if (host === 'rebinding') return type === TYPE_A ? [rebound++ === 0 ? IPV4 : '127.0.0.1'] : [];
  // The address comes up after the question: connecting to it takes a second, as a SYN is repeated after one.
  if (host === 'dual' && type === TYPE_A) setTimeout(comeUp, 400);
  const [ipv4, ipv6] = names[host] ?? [[], []];
  return type === TYPE_A ? ipv4 : type === TYPE_AAAA ? ipv6 : [];
};

const comeUp = (): void => {
  execFileSync('ip', ['addr', 'add', `${LATE_IPV4}/16`, 'dev', device]);
  secure('good').listen(443, LATE_IPV4);
};

const dns = createSocket('udp4');
dns.on('message', (message, { port, address }) => {
  const { name, type, end } = readQuestion(message);
  dns.send(toReply(message, end, type, addressesOf(name, type)), port, address);
});
dns.bind(53, '45.33.0.53');

const pem = (name: string): Buffer => readFileSync(join(folder, `${name}.pem`));
const respond = (_request: unknown, response: ServerResponse): void =>
  void response.writeHead(204, { connection: 'close' }).end();
const secure = (name: string) => createSecureServer({ key: pem('key'), cert: pem(name) }, respond);
const main = secure('good');
for (const name of ['othername', 'expired'])
  main.addContext(`${name}.recv.example`, { key: pem('key'), cert: pem(name) });
main.listen(443, IPV4);
secure('good').listen(443, IPV6);
secure('incomplete').listen(443, INCOMPLETE_IPV4);
createServer(respond).listen(80, IPV4, () => process.stdout.write('listening\n'));
