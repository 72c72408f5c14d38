// SIGKILL at random moments under a stream of invitations, on both engines: no acknowledged invitation is lost, no
// mail leaves for one that is not there, and nobody gets two different ones.
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  Client, MailServer, Server, addPatients, freePort, invitations, invite, newDatabase, run, setUp, sleep, tempDir, tidy,
} from './lib.mjs';

const KILLS = Number(process.env.KILLS ?? 50);
const STREAMS = 8;

for (const engine of ['sqlite', 'postgres']) {
  test(`${KILLS} kills on ${engine}`, { timeout: 30 * 60_000 }, async (t) => {
    t.after(tidy);
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
      await server.start();
      slowest = Math.max(slowest, server.readyAfter);
    }

    // Everything that waits leaves now.
    const wanted = new Set([...acknowledged.values()].map((one) => one.email));
    for (let wait = 0; wait < 300; wait += 1) {
      const seen = new Set(mail.mails.flatMap((one) => one.to));
      if ([...wanted].every((email) => seen.has(email))) break;
      await sleep(500);
    }
    await sleep(1_000);

    const check = new Client(server.url);
    check.cookie = owner.cookie;
    let lost = 0;
    for (const [id, { patient }] of acknowledged) {
      const rows = await invitations(check, patient);
      if (!rows.some((row) => row.id === id)) lost += 1;
    }
    assert.equal(lost, 0, `${lost} of ${acknowledged.size} acknowledged invitations are gone`);

    const ids = new Map(); // email -> Message-IDs
    for (const one of mail.mails) {
      for (const to of one.to) ids.set(to, (ids.get(to) ?? new Set()).add(one.id));
    }
    for (const email of wanted) assert.ok(ids.has(email), `no mail to ${email}`);
    for (const [email, seen] of ids) {
      assert.equal(seen.size, 1, `${email} got ${seen.size} different mails`);
      const rows = await invitations(check, tried.get(email));
      assert.equal(rows.length, 1, `a mail to ${email} without an invitation`);
    }
    const repeats = mail.mails.length - ids.size;
    assert.ok(repeats <= KILLS, `${repeats} mails were repeated in ${KILLS} kills`);

    const logs = server.log;
    await server.stop();
    const verified = run(['verify'], { DATABASE_URL: databaseUrl, DATA_DIR: dataDir });
    assert.equal(verified.code, 0, verified.out);
    assert.ok(!logs.includes('panicked'), 'something panicked');
    assert.ok(slowest < 2_000, `ready again only after ${slowest.toFixed(0)} ms`);
    await mail.stop();
    console.log(
      `${engine}: ${KILLS} kills, ${acknowledged.size} of ${tried.size} acknowledged, 0 lost, ${repeats} mails repeated ` +
      `with the same Message-ID, slowest start ${slowest.toFixed(0)} ms`,
    );
  });
}
