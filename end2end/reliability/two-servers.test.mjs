// The walk on PostgreSQL with two server processes: invited through one, accepted through the other, and the bell
// rings on the first within a second. Ending a session on one ends its stream on the other, and so does deactivating its
// user: within a second. (S1-12, S4-14, PR-18)
import assert from 'node:assert/strict';
import http from 'node:http';
import test from 'node:test';

import { Client, MailServer, Server, addPatients, freePort, invite, newDatabase, setUp, sleep, tempDir, tidy } from './lib.mjs';

/** A person's open stream: what it said and when, and its end. */
function listen(server, person) {
  const events = [];
  let over;
  const ended = new Promise((done) => { over = done; });
  const stream = http.get(`${server.url}/events`, {
    headers: { cookie: person.cookie, accept: 'text/event-stream', 'sec-fetch-site': 'same-origin' },
  }, (res) => {
    res.setEncoding('utf8');
    res.on('data', (chunk) => events.push({ at: performance.now(), chunk }));
    res.on('error', () => {});
    res.on('close', over);
  });
  stream.on('error', () => {});
  return { events, ended };
}

async function withinASecond(ended, when) {
  let given;
  const late = new Promise((_, fail) => { given = setTimeout(() => fail(new Error(`the stream lives on ${when}`)), 1_000); });
  await Promise.race([ended, late]);
  clearTimeout(given);
}

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

  const { events, ended } = listen(first, owner);
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

  const elsewhere = new Client(second.url);
  elsewhere.origin = first.url;
  elsewhere.host = new URL(first.url).host;
  elsewhere.cookie = owner.cookie;

  // Deactivated on the second: the user's stream on the first ends, and so does the session.
  const place = JSON.parse((await owner.json('locations/list')).text)[0].id;
  const form = {
    role: 'administrator', email: 'noor@example.org', email_again: 'noor@example.org',
    user: { first_name: 'Noor', last_name: 'Haddad', profession: 'Receptionist', level: 'calendar_contacts', locations: [place] },
  };
  const added = await owner.json('users/add', { form, password: 'ladder cloud pepper 42', password_again: 'ladder cloud pepper 42' });
  assert.equal(added.status, 200, added.text);
  const noor = new Client(first.url);
  await noor.form('account/sign_in', { door: 'console', email: 'noor@example.org', password: 'ladder cloud pepper 42' });
  const chosen = await noor.form('passwords/choose', { password: 'quiet-marble-51-orchard' });
  assert.ok(chosen.status < 400, chosen.text);
  assert.equal((await noor.json('console/start')).status, 200);
  const theirs = listen(first, noor);
  await sleep(300);
  const id = JSON.parse(added.text).joined;
  const { user } = JSON.parse((await owner.json('users/page', { id })).text);
  const turned = await elsewhere.json('users/deactivate', { id, version: user.version });
  assert.equal(turned.status, 200, turned.text);
  await withinASecond(theirs.ended, 'after the user was deactivated');
  assert.equal((await noor.json('console/start')).status, 401);

  // Signed out everywhere on the second: the stream on the first ends.
  assert.ok((await elsewhere.form('account/sign_out_everywhere', {})).status < 400);
  await withinASecond(ended, 'after sign-out everywhere');
  assert.equal((await owner.json('notifications/unread')).status, 401);
  await Promise.all([first.stop(), second.stop()]);
  await mail.stop();
});
