// Mail through a mail server of somebody else's, with encryption and a password, as practices have it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import test from 'node:test';

import {
  HERE, MailServer, Server, addPatients, freePort, invitations, invite, newDatabase, request, setUp, sleep, tempDir, tidy, tracked,
} from './lib.mjs';

const USER = 'portico';
const PASSWORD = 'stone arch 1889';

/** A certificate for this machine that only a server which is told of it believes. */
function certificate(folder) {
  const [key, file] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-keyout', key, '-out', file,
    '-subj', '/CN=mail.test', '-addext', 'subjectAltName=IP:127.0.0.1', '-addext', 'basicConstraints=critical,CA:FALSE',
  ], { stdio: 'ignore' });
  return { key, file };
}

async function smtpd(folder) {
  const { key, file } = certificate(folder);
  const port = await freePort();
  // Debian's own Python has the package; another one on the PATH may not.
  const child = tracked(spawn('/usr/bin/python3', [path.join(HERE, 'smtpd.py'), String(port), file, key, USER, PASSWORD], {
    stdio: ['pipe', 'pipe', 'ignore'],
  }));
  const mails = [];
  let ready = false;
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    const said = JSON.parse(line);
    if (said.ready) ready = true;
    else mails.push(said);
  });
  for (let tries = 0; !ready; tries += 1) {
    assert.ok(tries < 100 && child.exitCode === null, 'aiosmtpd did not start');
    await sleep(100);
  }
  return { port, file, mails };
}

const url = (post, password) => `smtp://${USER}:${encodeURIComponent(password)}@127.0.0.1:${post.port}?tls=required`;

async function house(post, password, trusted) {
  const dataDir = tempDir('smtp');
  const server = await new Server({
    databaseUrl: newDatabase('sqlite', dataDir), dataDir, port: await freePort(), smtpUrl: url(post, password),
    env: trusted ? { SSL_CERT_FILE: post.file } : {},
  }).start();
  return { server, owner: await setUp(server) };
}

test('an invitation leaves encrypted and signed in, and its link works', { timeout: 60_000 }, async (t) => {
  t.after(tidy);
  const post = await smtpd(tempDir('smtpd'));
  const { server, owner } = await house(post, PASSWORD, true);
  const [patient] = await addPatients(owner, 0, 1);
  assert.equal((await invite(owner, patient, 'lien@example.org')).status, 200);
  for (let tries = 0; post.mails.length === 0 && tries < 100; tries += 1) await sleep(100);
  const [mail] = post.mails;
  assert.ok(mail, server.log);
  assert.deepEqual(mail.to, ['lien@example.org']);
  assert.equal(mail.from, 'portico@example.org');
  assert.ok(mail.encrypted && mail.signed_in, 'it came in the open');
  assert.equal((await request('GET', MailServer.link(mail.raw), { headers: { accept: 'text/html' } })).status, 200);
  assert.equal((await invitations(owner, patient))[0].state.is, 'sent');
});

test('a wrong password or a certificate nobody vouches for: nothing leaves, nothing is lost, staff can see why', { timeout: 120_000 }, async (t) => {
  t.after(tidy);
  const post = await smtpd(tempDir('smtpd'));
  for (const [password, trusted] of [['wrong', true], [PASSWORD, false]]) {
    const { server, owner } = await house(post, password, trusted);
    const [patient] = await addPatients(owner, 0, 1);
    assert.equal((await invite(owner, patient, 'ann@example.org')).status, 200);
    await sleep(3_000);
    assert.equal(post.mails.length, 0);
    assert.equal((await invitations(owner, patient))[0].state.is, 'queued');
    assert.ok(!server.log.includes(PASSWORD), 'the password stands in the log');
    await server.stop();
  }
});
