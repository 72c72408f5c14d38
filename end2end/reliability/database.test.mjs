// The database misbehaves: a locked file, a restarted and a silent PostgreSQL.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import net from 'node:net';
import test from 'node:test';

import {
  Server, addPatients, aside, freePort, invitations, invite, memory, newDatabase, run, setUp, sleep, tempDir, tidy, tracked,
} from './lib.mjs';

/** Another process takes SQLite's write lock for so long. */
async function holdLock(file, seconds) {
  const holder = tracked(spawn('python3', ['-c', `
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
db.execute("ROLLBACK")
`, file, String(seconds)], { stdio: ['ignore', 'pipe', 'inherit'] }));
  await new Promise((done) => holder.stdout.once('data', done));
  // Held by now, however long Python took to start.
  return { released: new Promise((done) => holder.once('exit', done)) };
}

test('SQLite locked for 3 s: every write succeeds; for longer: 503, reads go on', { timeout: 180_000 }, async (t) => {
  t.after(tidy);
  const dataDir = tempDir('lock');
  const server = await new Server({
    databaseUrl: newDatabase('sqlite', dataDir), dataDir, port: await freePort(),
  }).start();
  const owner = await setUp(server);
  const patients = await addPatients(owner, 0, 12);

  // R-20, 3 s
  let { released } = await holdLock(`${dataDir}/portico.db`, 3);
  let answers = await Promise.all(patients.slice(0, 6).map((patient, n) => invite(owner, patient, `a${n}@example.org`)));
  assert.deepEqual(answers.map((answer) => answer.status), Array(6).fill(200));
  await released;

  // R-20, longer than anybody waits
  const hold = Number(process.env.LOCK_SECONDS ?? 15);
  ({ released } = await holdLock(`${dataDir}/portico.db`, hold));
  const began = performance.now();
  const [write, page, ready] = await Promise.all([
    invite(owner, patients[6], 'b@example.org'),
    owner.get('/sign-in', { headers: { accept: 'text/html' } }),
    owner.json('notifications/unread'),
  ]);
  assert.equal(write.status, 503);
  assert.ok(performance.now() - began < 6_500, `answered after ${(performance.now() - began).toFixed(0)} ms`);
  assert.ok(Number(write.headers['retry-after']) > 0);
  assert.equal(page.status, 200);
  assert.equal(ready.status, 200);
  assert.ok(!/database is locked/i.test(write.text));
  await released;
  await sleep(1_000);
  assert.equal((await invite(owner, patients[6], 'b@example.org')).status, 200);
  await server.stop();
});

test('PostgreSQL restarted again and again: nothing acknowledged is lost', { timeout: 600_000 }, async (t) => {
  t.after(tidy);
  const restarts = Number(process.env.RESTARTS ?? 50);
  const cluster = process.env.TEST_POSTGRES_DATA;
  assert.ok(cluster, 'run this through scripts/with-postgres');
  // PostgreSQL's programs refuse to run as root.
  const control = [...(process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--'] : []), 'pg_ctl'];
  const dataDir = tempDir('pg');
  const server = await new Server({
    databaseUrl: newDatabase('postgres', dataDir), dataDir, port: await freePort(),
  }).start();
  const owner = await setUp(server);
  const patients = await addPatients(owner, 0, restarts * 40);
  const acknowledged = new Map();
  let worst = 0;
  let slowest = 0;
  let refused = 0;
  let next = 0;
  for (let round = 0; round < restarts; round += 1) {
    let on = true;
    let well = false;
    const writers = Array.from({ length: 4 }, async () => {
      while (on && next < (round + 1) * 40) {
        const n = next++;
        const asked = performance.now();
        const afterwards = well;
        const answer = await invite(owner, patients[n], `r${n}@example.org`);
        worst = Math.max(worst, performance.now() - asked);
        if (answer.status === 200) acknowledged.set(patients[n], JSON.parse(answer.text));
        else {
          assert.ok([503, 500].includes(answer.status), `${answer.status} ${answer.text}`);
          assert.ok(!afterwards, `${answer.status} though the database was back`);
          refused += 1;
        }
        // About 50 writes a second in all.
        await sleep(60);
      }
    });
    await sleep(150 + Math.random() * 200);
    const restart = [...control, 'restart', '-m', 'immediate', '-w', '-D', cluster, '-l', `${cluster}/restarts.log`];
    // Without pipes: the new PostgreSQL would hold them.
    const { code } = await aside(restart[0], restart.slice(1), { cwd: '/', stdio: 'ignore' });
    assert.equal(code, 0, 'pg_ctl restart');
    const back = performance.now();
    for (;;) {
      const answer = await owner.json('notifications/unread').catch(() => null);
      if (answer?.status === 200) break;
      assert.ok(performance.now() - back < 5_000, 'not well 5 s after the database was back');
      await sleep(50);
    }
    slowest = Math.max(slowest, performance.now() - back);
    // Whoever asks from now on is served.
    well = true;
    await sleep(150);
    on = false;
    await Promise.all(writers);
  }
  // The portal was never started again.
  assert.equal(server.child.exitCode, null);
  for (const [patient, id] of acknowledged) {
    assert.ok((await invitations(owner, patient)).some((row) => row.id === id), `${id} is gone`);
  }
  assert.ok(worst < 7_000, `one request took ${worst.toFixed(0)} ms`);
  await server.stop();
  assert.equal(run(['verify'], { DATABASE_URL: server.how.databaseUrl, DATA_DIR: dataDir }).code, 0);
  console.log(`${restarts} restarts, ${acknowledged.size} acknowledged, 0 lost, ${refused} refused meanwhile, well again at most ` +
    `${slowest.toFixed(0)} ms after the database, slowest answer ${worst.toFixed(0)} ms`);
});

/** Stands between the program and PostgreSQL and can fall silent without closing anything. */
class Between {
  constructor(target) {
    this.target = target;
    this.silent = false;
    this.pairs = new Set();
  }

  async start() {
    this.server = net.createServer((near) => {
      const far = net.connect(Number(this.target.port), this.target.hostname);
      const pair = [near, far];
      this.pairs.add(pair);
      for (const [from, to] of [[near, far], [far, near]]) {
        from.on('data', (chunk) => { if (!this.silent) to.write(chunk); });
        from.on('error', () => {});
        from.on('close', () => { if (!this.silent) to.destroy(); });
      }
    });
    this.server.listen(0, '127.0.0.1');
    await new Promise((done) => this.server.once('listening', done));
    this.port = this.server.address().port;
  }

  stop() {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
    this.server.close();
  }
}

test('PostgreSQL falls silent: every request ends with 503 and all is well again soon', { timeout: 180_000 }, async (t) => {
  t.after(tidy);
  const dataDir = tempDir('stall');
  const direct = new URL(newDatabase('postgres', dataDir));
  const between = new Between(direct);
  t.after(() => between.stop());
  await between.start();
  const through = new URL(direct);
  through.hostname = '127.0.0.1';
  through.port = String(between.port);
  const server = await new Server({ databaseUrl: through.toString(), dataDir, port: await freePort() }).start();
  const owner = await setUp(server);
  const patients = await addPatients(owner, 0, 20);
  const before = memory(server.child.pid);
  between.silent = true;
  const seconds = Number(process.env.STALL_SECONDS ?? 12);
  const end = performance.now() + seconds * 1_000;
  let worst = 0;
  while (performance.now() < end) {
    await Promise.all(patients.slice(0, 10).map(async (patient, n) => {
      const asked = performance.now();
      const answer = await invite(owner, patient, `s${n}@example.org`, { timeout: 30_000 });
      worst = Math.max(worst, performance.now() - asked);
      assert.equal(answer.status, 503);
    }));
  }
  assert.ok(worst < 7_000, `one request took ${worst.toFixed(0)} ms`);
  const grown = memory(server.child.pid) - before;
  assert.ok(grown < 20, `memory grew by ${grown.toFixed(0)} MiB`);
  between.silent = false;
  const back = performance.now();
  for (;;) {
    const answer = await invite(owner, patients[11], 'well@example.org').catch(() => null);
    if (answer?.status === 200) break;
    assert.ok(performance.now() - back < 6_000, 'not well 5 s after the database answered again');
    await sleep(100);
  }
  console.log(`silent for ${seconds} s: slowest 503 ${worst.toFixed(0)} ms, memory +${grown.toFixed(0)} MiB`);
  await server.stop();
  between.stop();
});
