// The walk on PostgreSQL with two server processes: invited through one, accepted through the other, and the bell
// rings on the first within a second. Ending a session on one ends its stream on the other. (S1-12)
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';

import { Client, MailServer, Server, addPatients, freePort, invite, newDatabase, setUp, sleep, tempDir, tidy } from './lib.mjs';

test('invited through one, accepted through the other', { timeout: 120_000 }, async (t) => {
  t.after(tidy);
  const dataDir = tempDir('two');
  const databaseUrl = newDatabase('postgres', dataDir);
  const mail = await new MailServer().start();
  const how = { databaseUrl, dataDir, smtpUrl: mail.url };
  const first = await new Server({ ...how, port: await freePort() }).start();
  // Both answer to one public address, as behind a balancer.
  const second = await new Server({ ...how, port: await freePort(), appUrl: first.url }).start();
  const owner = await setUp(first);
  const [patient] = await addPatients(owner, 0, 1);

  const events = [];
  let over;
  const ended = new Promise((done) => { over = done; });
  const stream = http.get(`${first.url}/events`, {
    headers: { cookie: owner.cookie, accept: 'text/event-stream', 'sec-fetch-site': 'same-origin' },
  }, (res) => {
    res.setEncoding('utf8');
    res.on('data', (chunk) => events.push({ at: performance.now(), chunk }));
    res.on('error', () => {});
    res.on('close', over);
  });
  stream.on('error', () => {});
  await sleep(300);

  assert.equal((await invite(owner, patient, 'lien@example.org')).status, 200);
  for (let wait = 0; wait < 100 && mail.mails.length === 0; wait += 1) await sleep(100);
  const link = MailServer.link(mail.mails[0].raw);
  assert.ok(link.startsWith(first.url), 'the link is made of the public address');

  const person = new Client(second.url);
  person.origin = first.url;
  person.host = new URL(first.url).host;
  const accepted = performance.now();
  const answer = await person.form('invitations/accept', { token: link.split('/').pop(), password: 'quiet-marble-51-orchard' });
  assert.ok(answer.status < 400, answer.text);
  for (let wait = 0; wait < 100; wait += 1) {
    if (events.some((event) => /event: ?bell/.test(event.chunk))) break;
    await sleep(10);
  }
  const rang = events.find((event) => /event: ?bell/.test(event.chunk));
  assert.ok(rang, 'the bell did not ring on the first server');
  assert.ok(rang.at - accepted < 1_000, `the bell rang after ${(rang.at - accepted).toFixed(0)} ms`);
  const unread = await owner.json('notifications/unread');
  assert.equal(unread.text, '1');

  // Signed out everywhere on the second: the stream on the first ends.
  const elsewhere = new Client(second.url);
  elsewhere.origin = first.url;
  elsewhere.host = new URL(first.url).host;
  elsewhere.cookie = owner.cookie;
  assert.ok((await elsewhere.form('account/sign_out_everywhere', {})).status < 400);
  let given;
  const late = new Promise((_, fail) => {
    given = setTimeout(() => fail(new Error('the stream lives on after sign-out everywhere')), 1_000);
  });
  await Promise.race([ended, late]);
  clearTimeout(given);
  assert.equal((await owner.json('notifications/unread')).status, 401);
  await Promise.all([first.stop(), second.stop()]);
  await mail.stop();
});
