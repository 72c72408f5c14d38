// The mail server misbehaves: every invitation is delivered or shown as failed, and nobody gets two.
import assert from 'node:assert/strict';
import test from 'node:test';

import {
  Client, MailServer, Server, addPatients, freePort, invitations, invite, newDatabase, request, setUp, sleep, tempDir, tidy,
} from './lib.mjs';

async function house(mail) {
  const dataDir = tempDir('mail');
  const server = await new Server({
    databaseUrl: newDatabase('sqlite', dataDir), dataDir, port: await freePort(), smtpUrl: mail.url,
  }).start();
  return { server, owner: await setUp(server) };
}

async function until(seconds, what, check) {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    if (await check()) return;
    await sleep(200);
  }
  assert.fail(`not within ${seconds} s: ${what}`);
}

const state = async (client, patient) => (await invitations(client, patient))[0].state.is;

test('down, then 4xx, then a hang-up: one mail arrives when the server is well again', { timeout: 400_000 }, async (t) => {
  t.after(tidy);
  const mail = await new MailServer().start();
  const { port } = mail;
  const { server, owner } = await house(mail);
  const [patient] = await addPatients(owner, 0, 1);

  await mail.stop();
  const asked = performance.now();
  assert.equal((await invite(owner, patient, 'down@example.org')).status, 200);
  assert.ok(performance.now() - asked < 2_000, 'the page waited for the mail server');
  await sleep(1_500);
  assert.equal(await state(owner, patient), 'queued');

  mail.mode = 'defer';
  await mail.start(port);
  await sleep(6_000);
  assert.equal(await state(owner, patient), 'queued');
  assert.equal(mail.mails.length, 0);

  mail.mode = 'drop';
  await until(60, 'a first delivery that broke off', () => mail.mails.length > 0);
  mail.mode = 'ok';
  await until(300, 'sent', async () => (await state(owner, patient)) === 'sent');
  const messageIds = new Set(mail.mails.map((one) => one.id));
  const links = new Set(mail.mails.map((one) => MailServer.link(one.raw)));
  assert.equal(messageIds.size, 1, 'a repeated mail has the same Message-ID');
  assert.equal(links.size, 1, 'a repeated mail has the same link');
  await server.stop();
  await mail.stop();
});

test('5xx: staff see it at once, and it is not tried again', { timeout: 60_000 }, async (t) => {
  t.after(tidy);
  const mail = await new MailServer().start();
  mail.mode = 'reject';
  const { server, owner } = await house(mail);
  const [patient] = await addPatients(owner, 0, 1);
  await invite(owner, patient, 'never@example.org');
  await until(10, 'failed', async () => (await state(owner, patient)) === 'failed');
  const parked = JSON.parse((await owner.json('mails/list', { page: { after: null, limit: 10 } })).text).page;
  assert.equal(parked.rows.length, 1);
  assert.equal(parked.rows[0].failure, 'rejected');
  // Tried again by hand, when the mail server has changed its mind.
  mail.mode = 'ok';
  assert.equal((await owner.json('mails/retry', { id: parked.rows[0].id })).status, 200);
  await until(10, 'sent', async () => (await state(owner, patient)) === 'sent');
  assert.equal(mail.mails.length, 1);
  await server.stop();
  await mail.stop();
});

test('a revoked invitation sends nothing', { timeout: 60_000 }, async (t) => {
  t.after(tidy);
  const mail = await new MailServer().start();
  const { port } = mail;
  const { server, owner } = await house(mail);
  const [patient] = await addPatients(owner, 0, 1);
  await mail.stop();
  const id = JSON.parse((await invite(owner, patient, 'revoked@example.org')).text);
  assert.equal((await owner.json('invitations/revoke', { patient, id })).status, 200);
  await mail.start(port);
  await sleep(12_000);
  assert.equal(mail.mails.length, 0);
  assert.equal(await state(owner, patient), 'revoked');
  await server.stop();
  await mail.stop();
});

test('a mail server that hangs holds up nobody', { timeout: 90_000 }, async (t) => {
  t.after(tidy);
  const mail = await new MailServer().start();
  mail.mode = 'hang';
  const { server, owner } = await house(mail);
  const patients = await addPatients(owner, 0, 3);
  for (const [n, patient] of patients.entries()) {
    const asked = performance.now();
    assert.equal((await invite(owner, patient, `hang${n}@example.org`)).status, 200);
    assert.ok(performance.now() - asked < 2_000);
  }
  const page = await request('GET', `${server.url}/sign-in`);
  assert.equal(page.status, 200);
  const stopping = performance.now();
  await server.stop();
  assert.ok(performance.now() - stopping < 10_000, 'stopping waited for the mail server');
  await mail.stop();
});

test('one account, many patients: two practices of mail arrive each once', { timeout: 60_000 }, async (t) => {
  t.after(tidy);
  const mail = await new MailServer().start();
  const { server, owner } = await house(mail);
  const patients = await addPatients(owner, 0, 2);
  for (const patient of patients) await invite(owner, patient, 'family@example.org');
  await until(20, 'two mails', () => mail.mails.length === 2);
  assert.equal(new Set(mail.mails.map((one) => MailServer.link(one.raw))).size, 2);
  const person = new Client(server.url);
  const accept = async (raw, door, fields) =>
    person.form(`invitations/${door}`, { token: MailServer.link(raw).split('/').pop(), ...fields });
  assert.ok((await accept(mail.mails[0].raw, 'accept', { password: 'quiet-marble-51-orchard' })).status < 400);
  // S3-22: the second link finds the same account; it asks for no second password.
  assert.equal((await accept(mail.mails[1].raw, 'accept', { password: 'another-marble-52-orchard' })).status, 409);
  assert.ok((await accept(mail.mails[1].raw, 'confirm', {})).status < 400);
  await server.stop();
  await mail.stop();
});
