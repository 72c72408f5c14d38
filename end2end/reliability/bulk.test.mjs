// SIGKILL in the middle of a bulk invitation, again and again, on both engines: when it is finished, each patient who can
// be invited has exactly one invitation and one mail, the others have none and the reason stands at their place. What a
// mail server can be promised is told in kill.test.mjs. (B-05, R-01, R-26)
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  Client, MailServer, OWNER, Server, addPatients, freePort, newDatabase, run, setUp, sleep, tempDir, tidy,
} from './lib.mjs';

const PATIENTS = Number(process.env.BULK_PATIENTS ?? 800);
const KILLS = Number(process.env.BULK_KILLS ?? 8);

/** Every tenth has no address, every eleventh that of a practitioner. */
function expected(n) {
  if (n % 10 === 0) return { email: '', outcome: 'no_email' };
  if (n % 11 === 0) return { email: OWNER.email, outcome: 'practitioner_email' };
  return { email: `b${n}@example.org`, outcome: 'invited' };
}

async function ask(client, door, body) {
  const answer = await client.json(door, body);
  assert.equal(answer.status, 200, `${door}: ${answer.status} ${answer.text}`);
  return JSON.parse(answer.text);
}

async function bulk(engine) {
  const dataDir = tempDir('bulk');
  const databaseUrl = newDatabase(engine, dataDir);
  const mail = await new MailServer().start();
  const server = new Server({ databaseUrl, dataDir, port: await freePort(), smtpUrl: mail.url });
  await server.start();
  const owner = await setUp(server);
  await addPatients(owner, 1, PATIENTS, (n) => expected(n).email);
  const killed = [];
  let cut = 0; // kills that came while patients were being invited
  const kill = async () => {
    await server.kill();
    while (mail.sockets.size > 0) await sleep(1);
    killed.push(performance.now());
    await server.start();
  };

  const { id } = await ask(owner, 'bulk/open', { selection: { all: { report: {}, but: [] } } });
  await sleep(Math.random() * 20);
  // Also while it is found out who was chosen.
  await kill();
  const view = async () => ask(owner, 'bulk/view', { id });
  for (let wait = 0; (await view()).stage === 'gathering'; wait += 1) {
    assert.ok(wait < 1_200, 'gathering does not end');
    await sleep(50);
  }
  assert.equal((await view()).total, PATIENTS);
  await ask(owner, 'bulk/start', { id, message: 'Hello {{patient.first_name}}' });
  while (killed.length < KILLS) {
    await sleep(Math.random() * 120);
    const { stage, seen } = await view();
    if (stage === 'running' && seen < PATIENTS) cut += 1;
    await kill();
  }
  for (let wait = 0; (await view()).stage !== 'done'; wait += 1) {
    assert.ok(wait < 1_200, 'it does not end');
    await sleep(50);
  }

  const rows = [];
  for (let after = null; ;) {
    const page = await ask(owner, 'bulk/patients', { id, outcome: null, page: { after, limit: 200 } });
    rows.push(...page.rows);
    if (page.next === null) break;
    after = page.next;
  }
  assert.equal(rows.length, PATIENTS);
  assert.equal(new Set(rows.map((row) => row.patient[0])).size, PATIENTS, 'somebody has two places');
  const invited = rows.filter((row) => row.outcome === 'invited');
  for (const row of rows) {
    const n = Number(/^P(\d+)/.exec(row.patient[1])[1]);
    assert.equal(row.outcome, expected(n).outcome, row.patient[1]);
    assert.equal(row.invitation !== null, row.outcome === 'invited', row.patient[1]);
  }
  assert.equal(new Set(invited.map((row) => row.invitation[0])).size, invited.length);

  // Every mail leaves; what a killed server was sending, when its lease is over (two minutes).
  const addresses = () => new Set(mail.mails.flatMap((one) => one.to));
  for (let wait = 0; addresses().size < invited.length; wait += 1) {
    assert.ok(wait < 1_200, `${addresses().size} of ${invited.length} mails`);
    await sleep(500);
  }
  await sleep(1_000);
  const copies = new Map();
  for (const one of mail.mails) for (const to of one.to) copies.set(to, [...(copies.get(to) ?? []), one]);
  const wanted = new Set(invited.map((row) => row.email));
  for (const [email, mails] of copies) {
    assert.ok(wanted.has(email), `a mail to ${email} without an invitation`);
    assert.equal(new Set(mails.map((one) => one.id)).size, 1, `${email} got different mails`);
    for (let n = 1; n < mails.length; n += 1) {
      assert.ok(killed.some((at) => at > mails[n - 1].at && at < mails[n].at), `${email} got the mail twice without a kill between`);
    }
  }
  // Each has one invitation, and no other.
  const check = new Client(server.url);
  check.cookie = owner.cookie;
  for (const row of invited.filter((_, at) => at % 37 === 0)) {
    const list = await ask(check, 'invitations/list', { patient: row.patient[0], page: { after: null, limit: 50 } });
    assert.deepEqual(list.rows.map((one) => one.id), [row.invitation[0]]);
  }
  const logs = server.log;
  await server.stop();
  const verified = run(['verify'], { DATABASE_URL: databaseUrl, DATA_DIR: dataDir });
  assert.equal(verified.code, 0, verified.out);
  assert.ok(!logs.includes('panicked'), 'something panicked');
  assert.ok(cut > 0, 'no kill came while patients were being invited');
  await mail.stop();
  const repeated = [...copies.values()].filter((mails) => mails.length > 1).length;
  console.log(
    `${engine}: ${PATIENTS} patients, ${killed.length} kills, ${cut} of them while inviting; ${invited.length} invited once, ` +
    `${copies.size} addresses mailed, ${repeated} mails repeated with the same Message-ID`,
  );
}

test(`a bulk invitation of ${PATIENTS}, killed ${KILLS} times`, { concurrency: 2, timeout: 40 * 60_000 }, async (t) => {
  t.after(tidy);
  await Promise.all(['sqlite', 'postgres'].map((engine) => t.test(engine, () => bulk(engine))));
});
