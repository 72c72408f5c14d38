// What the reliability tests share: the real program as a process, a client that keeps its cookie, a mail server
// that can misbehave, and throwaway databases on both engines.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = path.dirname(fileURLToPath(import.meta.url));

export const PORTICO = process.env.PORTICO ?? path.join(HERE, '../../target/debug/portico');

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** A port nobody listens on. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

const folders = [];

/** A folder that is removed when the process ends. */
export function tempDir(name) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), `portico-${name}-`));
  folders.push(dir);
  return dir;
}

/** An empty database on `engine`; PostgreSQL is the throwaway cluster of scripts/with-postgres. */
export function newDatabase(engine, dataDir) {
  if (engine === 'sqlite') return `sqlite://${dataDir}/portico.db?mode=rwc`;
  const admin = process.env.TEST_POSTGRES_URL;
  if (!admin) throw new Error('TEST_POSTGRES_URL is not set: run this through scripts/with-postgres');
  const name = `rel_${randomBytes(6).toString('hex')}`;
  const made = spawnSync('psql', [admin, '-qc', `CREATE DATABASE ${name}`], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(made.stderr);
  const url = new URL(admin);
  url.pathname = `/${name}`;
  return url.toString();
}

/** Runs one statement on a database that nobody has open, past its row-level security, and gives the rows, a line each. */
export function sql(databaseUrl, statement) {
  const [command, ...args] = databaseUrl.startsWith('sqlite')
    ? ['python3', '-c', 'import sqlite3,sys\ndb=sqlite3.connect(sys.argv[1])\nfor row in db.execute(sys.argv[2]): print(*row, sep="|")\ndb.commit()', new URL(databaseUrl).pathname, statement]
    : ['psql', databaseUrl, '-v', 'ON_ERROR_STOP=1', '-qAtc', statement];
  const ran = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, PGOPTIONS: '-c portico.scope=every' } });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout.trim();
}

// A test that fails must leave no programs behind, and nothing that keeps its own process alive.
const children = new Set();
const servers = new Set();

/** Has `child` ended by `tidy` at the latest, however the test ends. */
export function tracked(child) {
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}

/** Ends everything that a test started; each test does this at its end, however it ends. */
export function tidy() {
  for (const child of children) {
    // What strace runs would outlive it.
    if (child.spawnargs[0] === 'strace') spawnSync('pkill', ['-KILL', '-P', String(child.pid)]);
    child.kill('SIGKILL');
  }
  for (const server of servers) server.stop().catch(() => {});
  children.clear();
  servers.clear();
}
process.on('exit', () => {
  tidy();
  // A program that was just killed may still write its last file.
  for (const dir of folders) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 10 });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));

/** The program, running. */
export class Server {
  /** @param {{databaseUrl: string, dataDir: string, port: number, smtpUrl?: string, env?: object}} how */
  constructor(how) {
    this.how = how;
    this.url = `http://127.0.0.1:${how.port}`;
    this.log = '';
  }

  async start() {
    const { databaseUrl, dataDir, port, smtpUrl, env, wrap = [] } = this.how;
    const command = [...wrap, PORTICO, 'serve'];
    const started = performance.now();
    this.child = tracked(spawn(command[0], command.slice(1), {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        APP_URL: this.how.appUrl ?? this.url,
        LISTEN_ADDR: `127.0.0.1:${port}`,
        MAIL_FROM: 'portico@example.org',
        ...(smtpUrl ? { SMTP_URL: smtpUrl } : {}),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    }));
    this.exited = new Promise((done) => this.child.once('exit', (code, signal) => done({ code, signal })));
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (chunk) => (this.log += chunk));
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`portico ended with ${this.child.exitCode}:\n${this.log}`);
      const answer = await request('GET', `${this.url}/readyz`).catch(() => null);
      if (answer?.status === 200) break;
      if (performance.now() - started > 30_000) throw new Error(`not ready after 30 s:\n${this.log}`);
      await sleep(10);
    }
    this.readyAfter = performance.now() - started;
    return this;
  }

  /** The code that the first-run page asks for. */
  get setUpCode() {
    return /code="?([\w-]+)/.exec(this.log)?.[1];
  }

  async kill() {
    this.child.kill('SIGKILL');
    return this.exited;
  }

  async stop() {
    this.child.kill('SIGTERM');
    return this.exited;
  }
}

/**
 * One HTTP request; resolves when the whole answer was read. `from` is the address it comes from: all of 127.0.0.0/8 is
 * this machine (on Linux), so one machine can be many people.
 */
export function request(method, url, { headers = {}, body, timeout = 15_000, from } = {}) {
  return new Promise((done, fail) => {
    const req = http.request(url, { method, headers, agent: false, timeout, localAddress: from }, (res) => {
      const chunks = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('end', () => {
        const bytes = Buffer.concat(chunks);
        done({ status: res.statusCode, headers: res.headers, bytes, get text() { return bytes.toString(); } });
      });
      res.on('error', fail);
    });
    req.on('timeout', () => req.destroy(new Error('timeout')));
    req.on('error', fail);
    req.end(body);
  });
}

/** A browser of the poor: keeps its cookie, posts to doors. */
export class Client {
  constructor(url) {
    this.url = url;
    this.cookie = '';
  }

  async send(method, where, { headers = {}, body, timeout, from = this.from } = {}) {
    const answer = await request(method, this.url + where, {
      headers: {
        origin: this.origin ?? this.url,
        'sec-fetch-site': 'same-origin',
        accept: 'application/json',
        ...(this.host ? { host: this.host } : {}),
        ...(this.cookie ? { cookie: this.cookie } : {}),
        ...headers,
      },
      body,
      timeout,
      from,
    });
    for (const set of answer.headers['set-cookie'] ?? []) {
      if (set.startsWith('__Host-portico=')) this.cookie = set.split(';')[0];
    }
    return answer;
  }

  /** Posts JSON to a door of the console. */
  json(door, body = {}, options = {}) {
    return this.send('POST', `/api/${door}`, {
      ...options,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  /** Posts a form to a door, as a page does. */
  form(door, fields, options = {}) {
    return this.send('POST', `/api/${door}`, {
      ...options,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  get(where, options) {
    return this.send('GET', where, options);
  }
}

export const OWNER = { email: 'owner@example.org', password: 'walnut-lantern-37-harbour' };

/** Uses the first-run page; the client is the owner's afterwards. */
export async function setUp(server) {
  const client = new Client(server.url);
  // The log may arrive after the first answer.
  for (let wait = 0; wait < 100 && !server.setUpCode; wait += 1) await sleep(20);
  const answer = await client.form('set_up', {
    code: server.setUpCode,
    group_name: 'Harbour Health',
    location_name: 'Main rooms',
    time_zone: 'Australia/Sydney',
    first_name: 'Mira',
    last_name: 'Anand',
    practises: 'yes',
    email: OWNER.email,
    email_again: OWNER.email,
    password: OWNER.password,
  });
  if (answer.status >= 400) throw new Error(`set-up: ${answer.status} ${answer.text}`);
  return client;
}

/** Adds patients named P0000 … and gives their ids; with the address that `email` gives for their number. */
export async function addPatients(client, from, count, email = () => '') {
  const ids = [];
  for (let start = from; start < from + count; start += 16) {
    const batch = Array.from({ length: Math.min(16, from + count - start) }, (_, i) =>
      client.json('patients/add', {
        form: { legal_first: `P${start + i}`, legal_last: 'Test', email: email(start + i) },
      }));
    for (const answer of await Promise.all(batch)) {
      if (answer.status !== 200) throw new Error(`add: ${answer.status} ${answer.text}`);
      ids.push(JSON.parse(answer.text));
    }
  }
  return ids;
}

export function invite(client, patient, email, options) {
  return client.json('invitations/invite', {
    patient,
    form: { email, email_again: email, message: '' },
  }, options);
}

/** Where a patient's invitations stand. */
export async function invitations(client, patient) {
  const answer = await client.json('invitations/list', { patient, page: { after: null, limit: 50 } });
  if (answer.status !== 200) throw new Error(`list: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text).rows;
}

/** How much memory a process holds, in MiB. */
export const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024;

/** The time within which a part `q` of `times` lies. */
export const quantile = (times, q) => [...times].sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))];

/** Runs a command while the test goes on, and gives its exit code and words. */
export function aside(command, args, options = {}) {
  const child = tracked(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options }));
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (out += chunk));
  return new Promise((done) => child.once('exit', (code) => done({ code, out })));
}

/** Runs the program once, with nothing else going on, and gives its exit code and words. */
export function run(args, env = {}) {
  const ran = spawnSync(PORTICO, args, { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
  return { code: ran.status, out: `${ran.stdout}${ran.stderr}` };
}

/**
 * A mail server that does as it is told: 'ok', 'defer' (451), 'reject' (554), 'hang', or 'drop' (takes the mail, then
 * breaks the connection before it says so).
 */
export class MailServer {
  constructor() {
    this.mode = 'ok';
    this.mails = [];
    this.sockets = new Set();
  }

  async start(port = 0) {
    servers.add(this);
    this.server = net.createServer((socket) => this.#talk(socket));
    this.server.listen(port, '127.0.0.1');
    await new Promise((done) => this.server.once('listening', done));
    this.port = this.server.address().port;
    this.url = `smtp://127.0.0.1:${this.port}`;
    return this;
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  #talk(socket) {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    let data = null;
    let to = [];
    let buffer = '';
    const say = (line) => socket.write(`${line}\r\n`);
    if (this.mode === 'hang') return;
    say('220 mail.test');
    socket.on('data', (chunk) => {
      buffer += chunk;
      for (;;) {
        const end = buffer.indexOf('\r\n');
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (data !== null) {
          if (line !== '.') {
            data.push(line.startsWith('.') ? line.slice(1) : line);
            continue;
          }
          const raw = data.join('\r\n');
          data = null;
          if (this.mode === 'defer') { say('451 not now'); continue; }
          if (this.mode === 'reject') { say('554 never'); continue; }
          this.mails.push({ to, raw, id: /^Message-ID:\s*(\S+)/im.exec(raw)?.[1], at: performance.now() });
          if (this.mode === 'drop') { socket.destroy(); return; }
          say('250 taken');
        } else if (/^(EHLO|HELO)/i.test(line)) say('250 mail.test');
        else if (/^MAIL/i.test(line)) { to = []; say('250 ok'); }
        else if (/^RCPT TO:<(.*)>/i.test(line)) { to.push(/<(.*)>/.exec(line)[1]); say('250 ok'); }
        else if (/^DATA/i.test(line)) { data = []; say('354 go on'); }
        else if (/^QUIT/i.test(line)) { say('221 bye'); socket.end(); }
        else if (/^(RSET|NOOP)/i.test(line)) say('250 ok');
        else say('502 what?');
      }
    });
  }

  /** The link in a mail, decoded from quoted-printable. */
  static link(raw) {
    const plain = raw.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return /https?:\/\/[^\s"<>]+\/(?:invitation|new-password)\/[\w-]+/.exec(plain)?.[0];
  }
}
