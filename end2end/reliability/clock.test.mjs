// The machine's clock jumps while the program runs: what was over stays over, nobody is signed out by minutes, nothing that
// was to be done at its time is done twice or never.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import { MailServer, Server, addPatients, freePort, invite, newDatabase, run, setUp, sleep, tempDir, tidy, Client, OWNER } from './lib.mjs';

const FAKETIME = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu']
  .map((folder) => `${folder}/faketime/libfaketimeMT.so.1`)
  .find((file) => fs.existsSync(file));

/** A server whose wall clock is what `jump` says; its sleeps are real. */
async function house(engine, mail) {
  const dataDir = tempDir('clock');
  const file = `${dataDir}/time`;
  const jump = (offset) => fs.writeFileSync(file, offset);
  jump('+0');
  const how = {
    databaseUrl: newDatabase(engine, dataDir), dataDir, port: await freePort(), smtpUrl: mail.url,
    env: {
      LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  };
  const server = await new Server(how).start();
  return { server, how, jump, owner: await setUp(server) };
}

async function until(seconds, what, check) {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    if (await check()) return;
    await sleep(200);
  }
  assert.fail(`not within ${seconds} s: ${what}`);
}

async function signIn(server) {
  const client = new Client(server.url);
  const answer = await client.form('account/sign_in', { door: 'console', email: OWNER.email, password: OWNER.password });
  assert.equal(answer.status, 200, answer.text);
  return client;
}

for (const engine of ['sqlite', 'postgres']) {
  test(`the clock jumps, on ${engine}`, { timeout: 300_000 }, async (t) => {
    t.after(tidy);
    assert.ok(FAKETIME, 'libfaketime is not installed (scripts/setup test)');
    const mail = await new MailServer().start();
    let { server, how, jump, owner } = await house(engine, mail);
    const to = (address) => mail.mails.filter((one) => one.to.includes(address));
    const [patient] = await addPatients(owner, 0, 1);
    assert.equal((await invite(owner, patient, 'p@example.org')).status, 200);
    await until(10, 'the invitation left', () => to('p@example.org').length === 1);
    const token = MailServer.link(to('p@example.org')[0].raw).split('/').pop();
    const page = async () => (await new Client(server.url).form('invitations/link_page', { token })).text;
    const fresh = await page();
    assert.ok(JSON.parse(fresh).set_password, fresh);

    // Five minutes either way sign nobody out.
    for (const minutes of ['+5m', '-5m', '+0']) {
      jump(minutes);
      assert.equal((await owner.json('console/start')).status, 200, minutes);
    }
    // An hour is longer than anybody may be away; an hour back takes nothing away.
    jump('+1h');
    assert.equal((await owner.json('console/start')).status, 401);
    owner = await signIn(server);
    jump('-1h');
    assert.equal((await owner.json('console/start')).status, 200);

    // A new user's tips wait for days; both leave once, whatever the clock does.
    const place = JSON.parse((await owner.json('locations/list')).text)[0].id;
    const form = {
      role: 'administrator', email: 'new@example.org', email_again: 'new@example.org',
      user: { first_name: 'New', last_name: 'Person', profession: 'Receptionist', level: 'calendar_contacts', locations: [place] },
    };
    const added = await owner.json('users/add', { form, password: 'ladder cloud pepper 42', password_again: 'ladder cloud pepper 42' });
    assert.equal(added.status, 200, added.text);
    await until(10, 'the welcome left', () => to('new@example.org').length === 1);

    // A day ahead: the link is over. Back again: it stays over, also for a program that was just started.
    jump('+25h');
    assert.equal((await owner.json('console/start')).status, 401, 'twelve hours are the longest');
    const over = await page();
    assert.ok(JSON.parse(over).expired, over);
    owner = await signIn(server);
    jump('-24h');
    assert.equal(await page(), over, 'after a jump back to before all of it');
    assert.equal((await owner.json('console/start')).status, 200, 'nobody is signed out by a jump back');
    await server.stop();
    server = await new Server(how).start();
    assert.equal(await page(), over, 'after a new start');
    assert.equal((await owner.json('console/start')).status, 200);

    for (const [offset, mails] of [['+50h', 2], ['+26h', 2], ['+50h', 2], ['+170h', 3], ['+0', 3]]) {
      jump(offset);
      // Something to do wakes the worker, as anything does.
      owner = await signIn(server);
      const [next] = await addPatients(owner, 0, 1);
      await invite(owner, next, `wake.${offset.slice(1)}.${Math.random().toString(36).slice(2)}@example.org`);
      await until(40, `${mails} mails to the new user at ${offset}`, () => to('new@example.org').length >= mails);
      await sleep(500);
      assert.equal(to('new@example.org').length, mails, offset);
    }
    assert.equal(new Set(to('new@example.org').map((one) => one.id)).size, 3, 'three different mails');

    // Days that are not like others, by the practice's clock in Sydney: summer time ends, begins; a leap day; and the second
    // that does not fit into 32 bits. Two seconds before to some after: nobody is signed out, a mail leaves, the day's
    // history holds it.
    for (const [instant, day] of [
      ['2027-04-03T15:59:58Z', '2027-04-04'],
      ['2027-10-02T15:59:58Z', '2027-10-03'],
      ['2028-02-28T12:59:58Z', '2028-02-29'],
      ['2038-01-19T03:14:06Z', '2038-01-19'],
    ]) {
      jump(`+${Math.round((Date.parse(instant) - Date.now()) / 1_000)}`);
      owner = await signIn(server);
      await sleep(3_000);
      assert.equal((await owner.json('console/start')).status, 200, instant);
      const [next] = await addPatients(owner, 0, 1);
      const address = `day.${day}@example.org`;
      const invited = await invite(owner, next, address);
      assert.equal(invited.status, 200, invited.text);
      await until(40, `the invitation of ${day} left`, () => to(address).length === 1);
      const filter = { action: 'invitation_made', from: day, to: day };
      const history = await owner.json('history/list', { filter, page: { after: null, limit: null } });
      assert.equal(JSON.parse(history.text).rows.length, 1, `${day}: ${history.text}`);
    }
    assert.equal(to('new@example.org').length, 3, 'and no tip is sent again');

    assert.ok(!server.log.includes('panicked'), server.log);
    await server.stop();
    await mail.stop();
    // The order of the trail is its numbers', not the clock's.
    assert.equal(run(['verify'], { DATABASE_URL: how.databaseUrl, DATA_DIR: how.dataDir }).code, 0);
  });
}
