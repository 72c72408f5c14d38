// The chat soak: practitioners and patients write to each other while servers are killed, streams and answers are cut off,
// clocks jump, and PostgreSQL is restarted. Whatever was acknowledged is stored once, under the number that was told, in the
// order in which it was sent; and every open device shows what is stored, each message once and in order, led by the hints
// of its stream alone. (R-01, R-13, R-28, B-11)
//
// SQLite with one server, then PostgreSQL with three, between which everybody moves when theirs is down. With CHAT_CALM, a
// third run that is left in peace, in which memory and open files stay what they are. (R-33, for chat)
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import test from 'node:test';

import {
  Client, MailServer, Server, addPatients, aside, freePort, invite, memory, newDatabase, quantile, run, setUp, sleep, sql,
  tempDir, tidy,
} from './lib.mjs';

const CHATS = Number(process.env.CHATS ?? 12);
/** A kill costs PostgreSQL's three servers more of a busy machine's time. */
const KILLS = { sqlite: Number(process.env.CHAT_KILLS ?? 40), postgres: Number(process.env.CHAT_KILLS ?? 25) };
/** How long the mishaps go on. */
const SECONDS = Number(process.env.CHAT_SECONDS ?? 50);
/** Acknowledged messages, at least; writers go on for them when everything else is over. */
const MESSAGES = Number(process.env.CHAT_MESSAGES ?? 500);
/** Seconds of the calm run; without it there is none. */
const CALM = Number(process.env.CHAT_CALM ?? 0);
/** What is quiet at the end: seconds in which nothing happens but chat. */
const QUIET = Math.max(6, SECONDS / 10);
/** Conversations of one practitioner: each has an open device, and a session has eight streams. */
const EACH = 4;
/** Between two messages of a writer, in ms on average: so many in a second in all, however many write. */
const PAUSE = CHATS * Number(process.env.CHAT_PAUSE ?? 25);
/** Whoever is to see a message sees it by then, in ms, on a machine that does much else. */
const SOON = 10_000;

const FAKETIME = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketimeMT.so.1`)
  .find((file) => fs.existsSync(file));

const PASSWORD = 'quiet-marble-51-orchard';
const TEMPORARY = 'ladder cloud pepper 42';

const pick = (list) => list[Math.floor(Math.random() * list.length)];
/** Somewhere around `ms`. */
const about = (ms) => ms * 2 * Math.random();

/** Does something for each, a few at a time. */
async function forEach(list, act, width = 3) {
  let next = 0;
  const turns = async () => {
    while (next < list.length) {
      const at = next++;
      await act(list[at], at);
    }
  };
  await Promise.all(Array.from({ length: width }, turns));
}

function ok(answer, what) {
  assert.ok(answer.status < 400, `${what}: ${answer.status} ${answer.text}`);
  return answer;
}

/** Somebody with a session: asks one server, and another when that one does not answer. */
class Person extends Client {
  constructor(world, from, cookie = '') {
    const [{ url }] = world.servers;
    super(url);
    this.servers = world.servers;
    this.origin = url;
    this.host = new URL(url).host;
    // No address may hold as many connections as all of them together do.
    this.from = from;
    this.cookie = cookie;
    this.move();
  }

  move() {
    this.url = pick(this.servers).url;
  }
}

/** One side of a conversation: a writer, and a device that shows it. */
class Side {
  constructor(chat, name, writer, reader) {
    Object.assign(this, { chat, name, writer });
    this.sent = [];
    this.device = new Device(chat, this, reader);
  }

  /** The door that a page sends to. */
  post({ id, body }, timeout) {
    const { id: chat, patient } = this.chat;
    return this.name === 'practice'
      ? this.writer.json('chat/send', { id: chat, message: id, form: { body } }, { timeout })
      : this.writer.form('chat/own_send', { patient, id: chat, message: id, body }, { timeout });
  }

  /** Sends one until it is acknowledged, or until whoever wrote it gives up: then nobody knows whether it is stored. */
  async deliver(message) {
    const { world } = this.chat;
    for (let wait = 100; ; wait = Math.min(wait * 2, 2_000)) {
      const cut = world.rough && Math.random() < 0.04;
      const answer = await this.post(message, cut ? 1 + about(15) : 20_000).catch(() => null);
      if (answer?.status === 200) {
        const number = this.name === 'practice' ? JSON.parse(answer.text).number : null;
        // An answer that was heard, and sent again all the same.
        if (message.at !== undefined) {
          if (number !== message.number) world.wrong.push(`${message.body} is number ${message.number}, then ${number}`);
          return;
        }
        message.at = performance.now();
        message.number = number;
        world.acknowledged += 1;
        if (Math.random() > 0.02) return;
      } else if (answer === null) {
        if (cut) world.answersCut += 1;
        this.writer.move();
      } else if (!world.isBusy(answer.status)) {
        world.wrong.push(`${message.body} was answered with ${answer.status} ${answer.text.slice(0, 200)}`);
        if (answer.status < 500) return;
      }
      const givesUp = world.over || (world.rough && Math.random() < (cut ? 0.1 : 0.01));
      if (message.at === undefined && givesUp) return;
      world.resent += 1;
      await sleep(about(wait / 2));
    }
  }

  async write() {
    const { world } = this.chat;
    while (!world.over) {
      await sleep(about(world.pause));
      if (world.hushed || world.over) continue;
      await this.say();
    }
  }

  async say() {
    const { world } = this.chat;
    const message = { id: `msg_${randomBytes(16).toString('hex')}`, body: `${this.name} ${this.sent.length + 1}` };
    this.sent.push(message);
    world.messages.set(message.id, message);
    world.writing += 1;
    await this.deliver(message);
    world.writing -= 1;
  }
}

/** An open page: a stream, and what it shows. */
class Device {
  constructor(chat, side, person) {
    Object.assign(this, { chat, side, person });
    this.shown = [];
    /** When the word came that nobody has looked for yet. */
    this.heard = null;
    this.asleep = 0;
  }

  get last() {
    return this.shown.at(-1)?.number ?? 0;
  }

  /** Opens the stream again whenever it ends, as a browser does. */
  async live() {
    while (!this.chat.world.over) {
      await this.listen();
      this.openedAt = Infinity;
      this.person.move();
      await sleep(this.asleep + 50 + about(500));
      this.asleep = 0;
    }
  }

  cut(asleep = 0) {
    this.asleep = asleep;
    this.stream?.destroy();
  }

  listen() {
    const { world } = this.chat;
    return new Promise((done) => {
      const { url, host, cookie, from } = this.person;
      this.stream = http.get(`${url}/events`, {
        headers: { host, cookie, accept: 'text/event-stream', 'sec-fetch-site': 'same-origin' },
        agent: false, localAddress: from, timeout: 40_000,
      }, (res) => {
        if (res.statusCode !== 200) {
          if (!world.isBusy(res.statusCode)) world.wrong.push(`a stream was answered with ${res.statusCode}`);
          this.stream.destroy();
          return;
        }
        this.openedAt = performance.now();
        let text = '';
        res.setEncoding('utf8').on('data', (chunk) => {
          const events = (text + chunk).split('\n\n');
          text = events.pop();
          for (const event of events) {
            if (/^event: ?chat$/m.test(event)) this.hear();
            if (/^event: ?over$/m.test(event)) world.wrong.push('a session was over');
          }
        }).on('error', () => {});
      });
      this.stream.on('timeout', () => {
        world.wrong.push('a stream was silent for 40 s');
        this.stream.destroy();
      });
      this.stream.on('error', () => {}).on('close', done);
    });
  }

  /** One look at a time; a word that comes meanwhile is looked for after it, a look that failed is made again. */
  async hear() {
    this.heard ??= performance.now();
    if (this.looking) return;
    this.looking = true;
    while (this.heard !== null && !this.chat.world.over) {
      const { heard } = this;
      this.heard = null;
      if (await this.look(heard)) continue;
      this.heard ??= heard;
      this.person.move();
      await sleep(about(300));
    }
    this.looking = false;
  }

  async look(heard) {
    const { world } = this.chat;
    for (;;) {
      const answer = await this.more({ after: this.last }).catch(() => null);
      if (answer?.status !== 200) {
        if (answer && !world.isBusy(answer.status)) {
          world.wrong.push(`a look was answered with ${answer.status} ${answer.text.slice(0, 200)}`);
        }
        return false;
      }
      const { rows, later } = Device.messages(answer);
      this.shown.push(...rows);
      const now = performance.now();
      if (rows.length && world.isQuietSince(heard)) world.hinted.push(now - heard);
      for (const { id } of rows) {
        const at = world.messages.get(id)?.at ?? now;
        if (this.openedAt < at && world.isQuietSince(at)) world.visible.push(now - at);
      }
      if (!later || !rows.length) return true;
    }
  }

  /** The door that a page asks for what is new. */
  more(window) {
    const { id, patient } = this.chat;
    return this.side.name === 'practice'
      ? this.person.json('chat/more', { id, window })
      : this.person.form('chat/own_more', { patient, id, after: String(window.after) });
  }

  static messages(answer) {
    const said = JSON.parse(answer.text);
    return said.messages ?? said;
  }
}

/** A practice that chats with its patients, and everything that happens to it. */
class World {
  constructor(engine) {
    this.engine = engine;
    this.servers = [];
    this.chats = [];
    this.messages = new Map();
    this.writing = 0;
    this.acknowledged = 0;
    this.resent = 0;
    this.answersCut = 0;
    this.busy = { 429: 0, 503: 0 };
    /** 503 though the database was there: somebody waited for five seconds. */
    this.patienceEnded = 0;
    this.wrong = [];
    this.hinted = [];
    this.visible = [];
    this.slowest = 0;
    this.done = { kills: 0, cuts: 0, jumps: 0, restarts: 0 };
    this.pause = PAUSE;
    this.loud = 0;
    this.loudUntil = 0;
    /** Until when the database's absence excuses an answer. */
    this.excused = 0;
  }

  async build(count, { jumps = true, chats = CHATS } = {}) {
    this.dataDir = tempDir('chat');
    this.databaseUrl = newDatabase(this.engine, this.dataDir);
    this.mail = await new MailServer().start();
    for (let n = 0; n < count; n += 1) {
      const clock = `${this.dataDir}/time${n}`;
      fs.writeFileSync(clock, '+0');
      const env = {
        LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1',
      };
      const server = new Server({
        databaseUrl: this.databaseUrl, dataDir: this.dataDir, port: await freePort(), smtpUrl: this.mail.url,
        // All answer to one public address, as behind a balancer.
        appUrl: this.servers[0]?.url, env: jumps ? env : {},
      });
      server.clock = clock;
      this.servers.push(await server.start());
    }
    const owner = await setUp(this.servers[0]);
    const access = JSON.parse(ok(await owner.json('settings/patient_access'), 'settings').text);
    ok(await owner.json('settings/save_patient_access', {
      version: access.version,
      form: {
        invitations: 'yes', link_hours: '48', steps_down: '', ends: '', reminders: '', updates: 'approval', waiting: '',
        group_chat: 'yes', patient_chat: 'yes',
      },
    }), 'chat with patients');

    const practitioners = Array.from({ length: Math.ceil(chats / EACH) }, (_, n) => `t${n}@example.org`);
    const [{ id: place }] = JSON.parse(ok(await owner.json('locations/list'), 'locations').text);
    await forEach(practitioners, async (email, n) => {
      const user = {
        first_name: `T${n}`, last_name: 'Haddad', profession: 'Physiotherapist', level: 'clinical', locations: [place],
      };
      const form = { role: 'practitioner', email, email_again: email, user };
      ok(await owner.json('users/add', { form, password: TEMPORARY, password_again: TEMPORARY }), email);
      const person = new Person(this, `127.0.1.${n + 1}`);
      ok(await person.form('account/sign_in', { door: 'console', email, password: TEMPORARY }), email);
      ok(await person.form('passwords/choose', { password: PASSWORD }), email);
      practitioners[n] = person;
    });

    const address = (n) => `c${n}@example.org`;
    const patients = await addPatients(owner, 0, chats);
    await forEach(patients, async (patient, n) => ok(await invite(owner, patient, address(n)), address(n)));
    const links = new Map();
    for (let wait = 0; wait < 600 && links.size < chats; wait += 1) {
      await sleep(100);
      for (const { to, raw } of this.mail.mails) if (/^c\d/.test(to[0])) links.set(to[0], MailServer.link(raw));
    }
    await forEach(patients, async (patient, n) => {
      const accepts = new Person(this, `127.0.${2 + (n >> 7)}.${1 + (n & 127)}`);
      const token = links.get(address(n))?.split('/').pop();
      ok(await accepts.form('invitations/accept', { token, password: PASSWORD }), address(n));
      const practitioner = practitioners[Math.floor(n / EACH)];
      const id = JSON.parse(ok(await practitioner.json('chat/start', { patient }), 'start').text);
      const chat = { world: this, id, patient, practitioner };
      const person = (of) => new Person(this, of.from, of.cookie);
      chat.sides = [['practice', practitioner], ['portal', accepts]]
        .map(([name, of]) => new Side(chat, name, person(of), person(of)));
      this.chats.push(chat);
    });
    this.sides = this.chats.flatMap((chat) => chat.sides);
    this.devices = this.sides.map((side) => side.device);
    return this;
  }

  /** Is this an answer after which one asks again? Counted. */
  isBusy(status) {
    if (!(status in this.busy)) return false;
    this.busy[status] += 1;
    this.patienceEnded += status === 503 && performance.now() > this.excused;
    return true;
  }

  /** Nothing was done to anybody for a second before `at`, and since. */
  isQuietSince(at) {
    return this.loud === 0 && this.loudUntil + 1_000 < at;
  }

  async loudly(act) {
    this.loud += 1;
    try {
      return await act();
    } finally {
      this.loud -= 1;
      this.loudUntil = performance.now();
    }
  }

  /** Opens every device; and writers write, unless the test itself does. */
  begin({ writers = true } = {}) {
    this.began = performance.now();
    this.lives = this.devices.map((device) => device.live());
    if (writers) this.lives.push(...this.sides.map((side) => side.write()));
  }

  /** Stands all of it still, and looks whether every device was told of everything, without another message to remind it. */
  async hush(after, meanwhile = async () => {}) {
    this.hushed = true;
    await meanwhile();
    const late = performance.now() + 60_000;
    while (this.writing > 0 && performance.now() < late) await sleep(10);
    if (this.writing > 0) this.wrong.push(`${this.writing} messages are not acknowledged a minute ${after}`);
    const told = performance.now() + SOON;
    await forEach(this.chats, async (chat) => {
      const [{ writer }] = chat.sides;
      const { rows } = await this.patiently(writer, (by) => by.json('chat/more', { id: chat.id, window: 'latest' }));
      chat.last = rows.at(-1)?.number ?? 0;
    });
    const waits = () => this.devices.filter((device) => device.last < device.chat.last);
    while (waits().length && performance.now() < told) await sleep(10);
    const untold = waits();
    if (untold.length) {
      const [{ side, last, chat }] = untold;
      const one = `one of the ${side.name} shows ${last} of ${chat.last}`;
      this.wrong.push(`${after}, ${untold.length} of ${this.devices.length} devices were not told: ${one}`);
    }
    this.hushed = false;
  }

  /** Asks until there is an answer, for a minute at most. */
  async patiently(person, ask) {
    let said;
    for (const late = performance.now() + 60_000; performance.now() < late;) {
      said = await ask(person).catch((error) => ({ text: error.message }));
      if (said.status === 200) return Device.messages(said);
      person.move();
      await sleep(200);
    }
    throw new Error(`no answer within a minute: ${said.status} ${said.text}\n${this.complaints()}`);
  }

  /** What the servers said of what they did not do. */
  complaints() {
    const lines = this.servers.flatMap((server) => server.log.split('\n').filter((line) => /WARN|ERROR/.test(line)));
    return [...new Set(lines)].slice(-40).join('\n');
  }

  async kill() {
    const server = pick(this.servers);
    await this.loudly(async () => {
      await server.kill();
      // What libfaketime takes away at a good end.
      for (const left of ['faketime_shm_', 'sem.faketime_sem_']) {
        fs.rmSync(`/dev/shm/${left}${server.child.pid}`, { force: true });
      }
      if (Math.random() < 0.2) await sleep(about(500));
      await server.start();
    });
    this.slowest = Math.max(this.slowest, server.readyAfter);
    this.done.kills += 1;
  }

  /** PostgreSQL falls over under everybody. */
  async restart() {
    const cluster = process.env.TEST_POSTGRES_DATA;
    assert.ok(cluster, 'run this through scripts/with-postgres');
    // PostgreSQL's programs refuse to run as root.
    const control = [...(process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--'] : []), 'pg_ctl'];
    const command = [...control, 'restart', '-m', 'immediate', '-w', '-D', cluster, '-l', `${cluster}/restarts.log`];
    // Without pipes: the new PostgreSQL would hold them.
    this.excused = Infinity;
    const { code } = await this.loudly(() => aside(command[0], command.slice(1), { cwd: '/', stdio: 'ignore' }));
    // Who asked meanwhile may wait for five seconds.
    this.excused = performance.now() + SOON;
    assert.equal(code, 0, 'pg_ctl restart');
    this.done.restarts += 1;
  }

  /** `count` times within the time of mishaps, at random moments. */
  async strew(count, act) {
    const step = (SECONDS * 1_000) / count;
    for (let n = 0; n < count; n += 1) {
      await sleep(Math.max(50 + about(100), this.began + (n + Math.random()) * step - performance.now()));
      await act(n);
    }
  }

  async mishaps() {
    this.rough = true;
    const kills = KILLS[this.engine];
    const every = Math.ceil(kills / 4);
    const restarts = this.engine === 'postgres' ? Math.ceil(kills / 8) : 0;
    const all = kills + restarts;
    const restartsBy = (n) => Math.floor((n * restarts) / all);
    await Promise.all([
      this.strew(all, async (n) => {
        // One after the other: a server does not start without its database.
        if (restartsBy(n + 1) > restartsBy(n)) {
          await this.hush(`after restart ${this.done.restarts + 1} of the database`, () => this.restart());
        } else if (this.done.kills % every === every - 1) {
          await this.hush(`after kill ${this.done.kills + 1}`, () => this.kill());
        } else {
          await this.kill();
        }
      }),
      this.strew(kills * 5, async () => {
        // Whoever is looked at sleeps no longer than it is looked at.
        while (this.hushed) await sleep(20);
        pick(this.devices).cut(Math.random() < 0.1 ? 1_000 + about(2_000) : 0);
        this.done.cuts += 1;
      }),
      // Minutes either way, on each server its own.
      this.strew(Math.ceil(kills / 3), () => {
        fs.writeFileSync(pick(this.servers).clock, pick(['+5m', '-5m', '+1m', '-90', '+0']));
        this.done.jumps += 1;
      }),
    ]);
    this.rough = false;
  }

  async end(messages = 0) {
    const late = performance.now() + 600_000;
    while (this.acknowledged < messages && performance.now() < late) await sleep(100);
    await this.hush('at the end');
    this.took = (performance.now() - this.began) / 1_000;
    this.over = true;
    for (const device of this.devices) device.cut();
    await Promise.all(this.lives);
    this.unread = new Map();
    for (const { practitioner } of this.chats) {
      if (this.unread.has(practitioner)) continue;
      this.unread.set(practitioner, JSON.parse(ok(await practitioner.json('chat/unread'), 'unread').text).patients);
    }
    for (const server of this.servers) await server.stop();
    await this.mail.stop();
  }

  /** What is stored of a conversation, past the program. */
  stored({ id }) {
    const hex = id.split('_')[1];
    const [columns, where] = this.engine === 'sqlite'
      ? ['number, lower(hex(id)), body', `lower(hex(conversation_id)) = '${hex}'`]
      : ["number, replace(id::text, '-', ''), body", `conversation_id = '${hex}'`];
    const rows = sql(this.databaseUrl, `SELECT ${columns} FROM messages WHERE ${where} ORDER BY number`);
    return rows.split('\n').filter(Boolean).map((row) => {
      const [number, message, body] = row.split('|');
      return { number: Number(number), id: `msg_${message}`, body };
    });
  }

  /** Compares what was acknowledged, what is stored, and what is shown. */
  reckon() {
    const found = {
      sent: 0, stored: 0, unsure: 0, unsureStored: 0,
      lost: 0, doubled: 0, disordered: 0, gaps: 0, foreign: 0,
      missed: 0, again: 0, unstored: 0, misplaced: 0,
    };
    const unread = new Map();
    for (const chat of this.chats) {
      const stored = this.stored(chat);
      found.stored += stored.length;
      found.gaps += stored.filter(({ number }, n) => number !== n + 1).length;
      const of = new Map();
      for (const row of stored) {
        found.doubled += of.has(row.id);
        of.set(row.id, row);
      }
      found.doubled += stored.length - new Set(stored.map(({ body }) => body)).size;
      const known = new Map(chat.sides.flatMap((side) => side.sent.map((message) => [message.id, message])));
      found.foreign += stored.filter(({ id, body }) => known.get(id)?.body !== body).length;
      for (const side of chat.sides) {
        found.sent += side.sent.length;
        let before = 0;
        for (const { id, at, number } of side.sent) {
          const row = of.get(id);
          if (at === undefined) {
            found.unsure += 1;
            found.unsureStored += row !== undefined;
            continue;
          }
          if (!row || (number !== null && row.number !== number)) {
            found.lost += 1;
            continue;
          }
          found.disordered += row.number < before;
          before = row.number;
        }
        const { shown } = side.device;
        const ids = new Set(shown.map(({ id }) => id));
        found.again += shown.length - ids.size;
        found.missed += stored.filter(({ id }) => !ids.has(id)).length;
        found.unstored += shown.filter(({ id, body }) => of.get(id)?.body !== body).length;
        found.misplaced += shown.filter(({ id, number }, n) => (
          of.get(id)?.number !== number || number <= (shown[n - 1]?.number ?? 0)
        )).length;
      }
      const { practitioner } = chat;
      const theirs = stored.filter(({ body }) => body.startsWith('portal')).length;
      unread.set(practitioner, (unread.get(practitioner) ?? 0) + theirs);
    }
    found.miscounted = [...unread].filter(([practitioner, count]) => this.unread.get(practitioner) !== count).length;
    return found;
  }

  /** Everything that must hold, and the line that says what happened. */
  judge() {
    const found = this.reckon();
    const { kills, cuts, jumps, restarts } = this.done;
    const ms = (times, q) => (times.length ? quantile(times, q).toFixed(0) : '-');
    const faults = this.wrong.filter((what) => / with 5\d\d/.test(what)).length;
    const servers = this.servers.length === 1 ? 'one server' : `${this.servers.length} servers`;
    console.log([
      `${this.engine}, ${servers}, ${this.chats.length} conversations, ${this.took.toFixed(0)} s: ${kills} kills`,
      `${restarts} restarts of the database, ${cuts} streams and ${this.answersCut} answers cut, ${jumps} jumps of a clock`,
      `${this.acknowledged} of ${found.sent} messages acknowledged, ${this.resent} times resent`,
      `${found.unsureStored} of ${found.unsure} given up are stored`,
      `${found.lost} lost, ${found.doubled} doubled, ${found.disordered} out of order, ${found.gaps} gaps`,
      `${this.devices.length} devices: ${found.missed} missed, ${found.again} shown twice, ${found.misplaced} misplaced`,
      `${found.unstored} shown and not stored; 503: ${this.busy[503]}, ${this.patienceEnded} of them with the database there`,
      `429: ${this.busy[429]}, other 5xx: ${faults}; in quiet: hint to shown p99 ${ms(this.hinted, 0.99)} ms of ${this.hinted.length}`,
      `acknowledged to shown p50 ${ms(this.visible, 0.5)} p99 ${ms(this.visible, 0.99)} slowest ${ms(this.visible, 1)} ms`,
      `slowest start ${this.slowest.toFixed(0)} ms`,
    ].join(', '));
    const { sent, stored, unsure, unsureStored, ...bad } = found;
    if (this.wrong.length) console.log(this.complaints());
    assert.deepEqual(this.wrong, []);
    assert.deepEqual(bad, Object.fromEntries(Object.keys(bad).map((what) => [what, 0])));
    assert.equal(stored, sent - unsure + unsureStored);
    for (const server of this.servers) assert.ok(!server.log.includes('panicked'), server.log);
    const verified = run(['verify'], { DATABASE_URL: this.databaseUrl, DATA_DIR: this.dataDir });
    assert.equal(verified.code, 0, verified.out);
  }
}

for (const [engine, servers] of [['sqlite', 1], ['postgres', 3]]) {
  test(`chat under ${KILLS[engine]} kills on ${engine} with ${servers}`, { timeout: (SECONDS + 1_800) * 1_000 }, async (t) => {
    t.after(tidy);
    assert.ok(FAKETIME, 'libfaketime is not installed (scripts/setup test)');
    const world = await new World(engine).build(servers);
    world.begin();
    await world.mishaps();
    await sleep(QUIET * 1_000);
    await world.end(MESSAGES);
    world.judge();
    assert.ok(world.acknowledged >= MESSAGES, `only ${world.acknowledged} acknowledged`);
  });
}

// A server loses its connection for hints and has a new one soon; what was said between was heard by nobody.
test('nobody waits for a word that was said while PostgreSQL was away', { timeout: 120_000 }, async (t) => {
  t.after(tidy);
  const world = await new World('postgres').build(1, { jumps: false, chats: 2 });
  world.begin({ writers: false });
  await sleep(1_000);
  const all = () => Promise.all(world.sides.map((side) => side.say()));
  await world.hush('with nothing lost', all);
  for (let n = 1; n <= 3; n += 1) {
    await world.hush(`after connection ${n} to the database was lost`, async () => {
      world.excused = Infinity;
      sql(world.databaseUrl, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()`);
      await all();
    });
    world.excused = 0;
  }
  await world.end();
  world.judge();
});

for (const engine of ['sqlite', 'postgres']) {
  test(`chat in peace on ${engine}`, { skip: CALM === 0, timeout: (CALM + 1_800) * 1_000 }, async (t) => {
    t.after(tidy);
    const world = await new World(engine).build(1, { jumps: false });
    world.pause = PAUSE * 2;
    world.begin();
    const { pid } = world.servers[0].child;
    const looks = [];
    while (looks.length < 60) {
      await sleep((CALM * 1_000) / 60);
      looks.push({ held: memory(pid), files: fs.readdirSync(`/proc/${pid}/fd`).length });
    }
    await world.end();
    world.judge();
    // After a sixth of the time everything is warm.
    const median = (from, what) => quantile(looks.slice(from, from + 10).map((look) => look[what]), 0.5);
    const [before, after] = [10, 50].map((from) => ({ held: median(from, 'held'), files: median(from, 'files') }));
    console.log(
      `${engine} in peace for ${CALM} s: ${before.held.toFixed(0)} MiB, then ${after.held.toFixed(0)}; ` +
      `${before.files} open files, then ${after.files}`,
    );
    assert.deepEqual(world.busy, { 429: 0, 503: 0 });
    assert.ok(after.held <= before.held * 1.05, `memory grew from ${before.held.toFixed(0)} to ${after.held.toFixed(0)} MiB`);
    assert.ok(Math.abs(after.files - before.files) <= 16, `${before.files} open files, then ${after.files}`);
  });
}
