// SIGKILL at random moments under a stream of invitations, on both engines: no acknowledged invitation is lost, no
// mail leaves for one that is not there, and none is sent twice but for the one case below.
//
// SMTP cannot be exactly-once: a kill after the mail server took a mail and before that is noted in the database leaves
// a mail that nobody knows to be sent, and not sending it again would lose it. So what is checked is the strongest that
// can be kept: every repeat has a kill of its own between its two copies, a kill repeats one mail at most, and both
// copies have the same Message-ID and the same link, so that mail programs show one.
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  Client, MailServer, Server, addPatients, freePort, invitations, invite, newDatabase, run, setUp, sleep, tempDir, tidy,
} from './lib.mjs';

const KILLS = Number(process.env.KILLS ?? 50);
const STREAMS = 8;

async function kills(engine) {
  const dataDir = tempDir('kill');
  const databaseUrl = newDatabase(engine, dataDir);
  const mail = await new MailServer().start();
  const server = new Server({ databaseUrl, dataDir, port: await freePort(), smtpUrl: mail.url });
  await server.start();
  const owner = await setUp(server);

  const acknowledged = new Map(); // invitation id -> { patient, email }
  const tried = new Map(); // email -> patient
  let next = 0;
  let slowest = 0;
  const killed = []; // when
  const began = performance.now();
  for (let kill = 0; kill < KILLS; kill += 1) {
    const patients = await addPatients(owner, next, 64);
    next += patients.length;
    let alive = true;
    const streams = Array.from({ length: STREAMS }, async (_, stream) => {
      for (let i = stream; alive && i < patients.length; i += STREAMS) {
        const email = `k${kill}-${i}@example.org`;
        tried.set(email, patients[i]);
        const answer = await invite(owner, patients[i], email).catch(() => null);
        if (answer?.status === 200) acknowledged.set(JSON.parse(answer.text), { patient: patients[i], email });
      }
    });
    await sleep(5 + Math.random() * 250);
    await server.kill();
    alive = false;
    await Promise.all(streams);
    // What the killed server had sent before is counted before.
    while (mail.sockets.size > 0) await sleep(1);
    killed.push(performance.now());
    await server.start();
    slowest = Math.max(slowest, server.readyAfter);
  }
  const killing = performance.now() - began;

  // Every invitation that is there, acknowledged or not: one that was stored when the kill cut its answer off counts.
  const check = new Client(server.url);
  check.cookie = owner.cookie;
  const stored = new Map(); // email -> the patient's only invitation
  const look = async (email) => {
    const rows = await invitations(check, tried.get(email));
    assert.ok(rows.length <= 1, `${email} was invited ${rows.length} times`);
    if (rows.length === 1) stored.set(email, rows[0]);
  };
  for (const email of tried.keys()) await look(email);
  let lost = 0;
  for (const [id, { email }] of acknowledged) if (stored.get(email)?.id !== id) lost += 1;
  assert.equal(lost, 0, `${lost} of ${acknowledged.size} acknowledged invitations are gone`);

  // Everything that waits leaves now; what a killed server was sending, when its lease is over (two minutes).
  for (let wait = 0; wait < 300; wait += 1) {
    const waiting = [...stored].filter(([, row]) => row.state.is === 'queued').map(([email]) => email);
    if (waiting.length === 0) break;
    await sleep(500);
    for (const email of waiting.slice(0, 50)) await look(email);
  }
  await sleep(1_000);

  const copies = new Map(); // email -> its mails, in order
  for (const one of mail.mails) for (const to of one.to) copies.set(to, [...(copies.get(to) ?? []), one]);
  for (const [email, row] of stored) {
    assert.equal(row.state.is, 'sent', `${email} is ${row.state.is}`);
    assert.ok(copies.has(email), `no mail to ${email}`);
  }
  const guilty = new Set();
  for (const [email, mails] of copies) {
    assert.ok(stored.has(email), `a mail to ${email} without an invitation`);
    assert.equal(new Set(mails.map((one) => one.id)).size, 1, `${email} got different mails`);
    assert.equal(new Set(mails.map((one) => MailServer.link(one.raw))).size, 1, `${email} got different links`);
    for (let n = 1; n < mails.length; n += 1) {
      const kill = killed.find((at) => at > mails[n - 1].at);
      assert.ok(kill < mails[n].at, `${email} got the mail twice without a kill between`);
      assert.ok(!guilty.has(kill), 'one kill repeated two mails');
      guilty.add(kill);
    }
  }

  const logs = server.log;
  await server.stop();
  const verified = run(['verify'], { DATABASE_URL: databaseUrl, DATA_DIR: dataDir });
  assert.equal(verified.code, 0, verified.out);
  assert.ok(!logs.includes('panicked'), 'something panicked');
  assert.ok(slowest < 2_000, `ready again only after ${slowest.toFixed(0)} ms`);
  await mail.stop();
  console.log(
    `${engine}: ${KILLS} kills in ${(killing / 1_000).toFixed(0)} s, ${acknowledged.size} of ${tried.size} acknowledged, ` +
    `${stored.size} stored, 0 lost, ${guilty.size} mails repeated with the same Message-ID, ` +
    `slowest start ${slowest.toFixed(0)} ms`,
  );
}

// Side by side: at the end each waits two minutes for a lease.
test(`${KILLS} kills on each engine`, { concurrency: 2, timeout: 30 * 60_000 }, async (t) => {
  t.after(tidy);
  await Promise.all(['sqlite', 'postgres'].map((engine) => t.test(engine, () => kills(engine))));
});
