// The server's edge under abuse and while it stops. (R-29, R-30, R-31)
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import test from 'node:test';

import {
  Client, OWNER, Server, freePort, memory, newDatabase, quantile, request, setUp, sleep, tempDir, tidy,
} from './lib.mjs';

async function house(env) {
  const dataDir = tempDir('edge');
  const server = await new Server({
    databaseUrl: newDatabase('sqlite', dataDir), dataDir, port: await freePort(), env,
  }).start();
  return { server, owner: await setUp(server) };
}

/** What the server itself holds open, whatever the other end believes. */
const openFiles = (pid) => readdirSync(`/proc/${pid}/fd`).length;

const figures = (times) => `p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${quantile(times, 0.99).toFixed(0)} ms of ${times.length}`;

/** The n-th of many people who each have an address of their own. */
const address = (n) => `127.${10 + Math.floor(n / 62_500)}.${Math.floor(n / 250) % 250}.${1 + (n % 250)}`;

const STOPS = Number(process.env.STOPS ?? 10);

test(`${STOPS} x SIGTERM under load: running requests finish, streams end, nothing breaks`, { timeout: 180_000 }, async (t) => {
  t.after(tidy);
  const { server, owner } = await house();
  const port = Number(new URL(server.url).port);
  let served = 0;
  let slowest = 0;
  let down = 0;
  // The kernel can take a connection in the microseconds between the last accept and the close, and hangs it up unread.
  // On busy cores that was seen in one stop of 150; before waiting connections were served, in every one.
  const hungUp = new Set();
  for (let stop = 0; stop < STOPS; stop += 1) {
    const broken = [];
    const load = Array.from({ length: 16 }, async () => {
      for (;;) {
        try {
          const answer = await owner.json('notifications/unread');
          if (answer.status !== 200) broken.push(answer.status);
          served += 1;
        } catch (error) {
          // Refused at connecting is a closed door; anything that could be asked and has no answer is a broken one.
          if (error.syscall === 'connect') return;
          if (['read ECONNRESET', 'socket hang up'].includes(error.message)) hungUp.add(stop);
          else broken.push(error.message);
        }
      }
    });
    const stream = net.connect(port, '127.0.0.1');
    let heard = '';
    stream.on('data', (chunk) => (heard += chunk));
    stream.on('error', () => {});
    const closed = new Promise((done) => stream.once('close', done));
    stream.write(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${owner.cookie}\r\n` +
      'Accept: text/event-stream\r\nSec-Fetch-Site: same-origin\r\n\r\n');
    await sleep(200 + Math.random() * 100);
    assert.match(heard, /200 OK/);
    const stopping = performance.now();
    const { code } = await server.stop();
    slowest = Math.max(slowest, performance.now() - stopping);
    await Promise.all([...load, closed]);
    assert.deepEqual(broken, []);
    assert.equal(code, 0);
    assert.match(heard, /retry:/);
    await server.start();
    down = Math.max(down, performance.now() - stopping);
  }
  assert.ok(slowest < 10_000, `stopping took ${slowest.toFixed(0)} ms`);
  assert.ok(down < 2_000, `down for ${down.toFixed(0)} ms`);
  assert.ok(hungUp.size <= Math.ceil(STOPS / 50), `hung up on in ${hungUp.size} of ${STOPS} stops`);
  assert.ok(served > 0);
  console.log(`${STOPS} stops, ${served} answers, 0 broken, hung up on in ${hungUp.size} stops, slowest stop ${slowest.toFixed(0)} ms, down ${down.toFixed(0)} ms at most`);
  await server.stop();
});

const FLOOD_SECONDS = Number(process.env.FLOOD_SECONDS ?? 10);

test(`500 sign-ins at once for ${FLOOD_SECONDS} s: a short queue, the rest told to wait`, { timeout: 180_000 }, async (t) => {
  t.after(tidy);
  const { server, owner } = await house();
  const signIn = async (from, email, password) => {
    const client = new Client(server.url);
    client.from = from;
    return client.form('account/sign_in', { door: 'console', email, password });
  };
  // AN-08: this address is known for the owner's from here on.
  assert.ok((await signIn('127.0.0.1', OWNER.email, OWNER.password)).status < 400);
  const before = memory(server.child.pid);
  const end = performance.now() + FLOOD_SECONDS * 1_000;
  const others = [];
  const somebody = (async () => {
    while (performance.now() < end) {
      const asked = performance.now();
      assert.equal((await owner.json('notifications/unread')).status, 200);
      others.push(performance.now() - asked);
      await sleep(20);
    }
  })();
  const counts = {};
  const refusals = [];
  let peak = before;
  let next = 0;
  await Promise.all(Array.from({ length: 500 }, async () => {
    while (performance.now() < end) {
      const n = next++;
      // Each from an address of its own, so that only the hashes' queue protects the house; every tenth tries the owner's.
      const asked = performance.now();
      const { status } = await signIn(address(n), n % 10 === 0 ? OWNER.email : `u${n}@example.org`, 'x'.repeat(12));
      const took = performance.now() - asked;
      counts[status] = (counts[status] ?? 0) + 1;
      if (status !== 401) refusals.push(took);
      if (n % 50 === 0) peak = Math.max(peak, memory(server.child.pid));
      // As it is told: again in a second.
      await sleep(Math.max(0, 1_000 - took));
    }
  }));
  await somebody;
  const said = `${JSON.stringify(counts)}; refused: ${figures(refusals)}; others: ${figures(others)}; ` +
    `memory +${(peak - before).toFixed(0)} MiB`;
  assert.deepEqual(Object.keys(counts).filter((status) => !['401', '429', '503'].includes(status)), [], said);
  // In a build without optimisation, on cores shared with the 500, this says only that nobody is kept waiting in a queue.
  assert.ok(quantile(refusals, 0.99) < 5_000, said);
  assert.ok(refusals.length > 300, said);
  assert.ok(peak - before < 64, said);
  assert.ok(quantile(others, 0.99) < 500, said);
  console.log(said);
  // AN-08: the owner is not locked out.
  assert.ok((await signIn('127.0.0.1', OWNER.email, OWNER.password)).status < 400);
  await server.stop();
});

test('one address holds 512 connections and no more; the others are served', { timeout: 60_000 }, async (t) => {
  t.after(tidy);
  const { server } = await house();
  const { port } = new URL(server.url);
  const sockets = [];
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  let sentAway = 0;
  for (let n = 0; n < 600; n += 1) {
    const socket = net.connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
    sockets.push(socket);
    socket.on('error', () => {}).on('data', () => {}).on('close', () => { sentAway += 1; });
    // Not more at once than wait to be accepted.
    if (n % 50 === 49) await sleep(20);
  }
  for (let wait = 0; wait < 60 && sentAway < 600 - 512; wait += 1) await sleep(100);
  await sleep(500);
  assert.equal(sentAway, 600 - 512);
  await assert.rejects(request('GET', `${server.url}/healthz`, { from: '127.0.0.9' }));
  assert.equal((await request('GET', `${server.url}/healthz`, { from: '127.0.0.10' })).status, 200);
  await server.stop();
});

// Each holds its connection as long as it is let, in its own way, and comes back when it is sent away.
const WAYS = {
  silent: () => [],
  head: (host) => [`GET /sign-in HTTP/1.1\r\n${host}`, 'X-A: b\r\n'],
  body: (host, url) => [`POST /api/account/sign_in HTTP/1.1\r\n${host}Origin: ${url}\r\nContent-Type: ` +
    'application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n', 'a'],
  idle: (host) => [`GET /healthz HTTP/1.1\r\n${host}\r\n`],
  unread: (host, url, file) => [`GET ${file} HTTP/1.1\r\n${host}\r\n`.repeat(50)],
};
// Unread answers fill this machine's memory, not the server's alone, so few do that.
const way = (n) => (n % 20 === 19 ? 'unread' : ['silent', 'head', 'body', 'idle'][n % 4]);

test('2,000 slow connections: people are served all the time, and the slow are gone after 15 s', { timeout: 300_000 }, async (t) => {
  t.after(tidy);
  const { server, owner } = await house();
  const { pid } = server.child;
  const { port } = new URL(server.url);
  const many = Number(process.env.SLOW ?? 2_000);
  const seconds = Number(process.env.SLOW_SECONDS ?? 25);
  const quiet = openFiles(pid);
  const file = /\/pkg\/[\w.-]+\.wasm/.exec((await request('GET', `${server.url}/sign-in`)).text)[0];
  const held = { silent: 0, head: 0, body: 0, idle: 0 }; // the longest, in ms
  const sockets = new Set();
  let attacking = true;
  let came = 0;
  t.after(() => {
    attacking = false;
    for (const socket of sockets) socket.destroy();
  });
  const attack = (n, how = way(n)) => {
    const [first, drip] = WAYS[how](`Host: 127.0.0.1:${port}\r\n`, server.url, file);
    const socket = net.connect({ port, host: '127.0.0.1', localAddress: address(n) });
    sockets.add(socket);
    came += 1;
    let timer;
    let since;
    socket.on('error', () => {});
    socket.on('connect', () => {
      since = performance.now();
      if (first) socket.write(first);
      if (drip) timer = setInterval(() => socket.write(drip), 1_000);
    });
    socket.on('close', () => {
      clearInterval(timer);
      sockets.delete(socket);
      if (since && how !== 'unread') held[how] = Math.max(held[how], performance.now() - since);
      if (attacking) attack(n);
    });
    // Who does not read does not learn either that it was sent away; the server's own count tells.
    if (how !== 'unread') socket.on('data', () => {});
  };
  for (let n = 0; n < many; n += 1) {
    attack(n);
    if (n % 100 === 0) await sleep(20);
  }
  const pages = [];
  const clicks = [];
  let most = 0;
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    for (const [times, ask] of [
      [pages, () => request('GET', `${server.url}/sign-in`, { from: '127.0.0.2', timeout: 5_000 })],
      [clicks, () => owner.json('notifications/unread', {}, { from: '127.0.0.3', timeout: 5_000 })],
    ]) {
      const asked = performance.now();
      assert.equal((await ask()).status, 200);
      times.push(performance.now() - asked);
    }
    most = Math.max(most, openFiles(pid) - quiet);
    await sleep(50);
  }
  attacking = false;
  for (let n = 0; n < 50; n += 1) attack(n, 'unread');
  const over = performance.now();
  while (openFiles(pid) > quiet + 4 && performance.now() - over < 40_000) await sleep(100);
  const emptied = performance.now() - over;
  const said = `${came} slow connections, ${most} at a time; pages: ${figures(pages)}; clicks: ${figures(clicks)}; longest held ` +
    `${Object.entries(held).map(([way, ms]) => `${way} ${(ms / 1_000).toFixed(1)} s`).join(', ')}; ` +
    `all gone ${(emptied / 1_000).toFixed(1)} s after the last came`;
  assert.ok(most > many * 0.9, said);
  assert.ok(quantile(pages, 0.99) < 500 && quantile(clicks, 0.99) < 500, said);
  // 15 s, and what a busy machine adds.
  assert.ok(Math.max(...Object.values(held)) < 20_000, said);
  assert.ok(emptied < 20_000, said);
  console.log(said);
  await server.stop();
});
