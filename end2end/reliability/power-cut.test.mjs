// The power goes at any moment: no acknowledged invitation is lost, no database malformed, no audit chain broken.
// kill -9 cannot show this, for the kernel keeps what a killed program wrote.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { HERE, PORTICO, Server, addPatients, freePort, invite, setUp, sleep, tempDir, tidy } from './lib.mjs';

const CUTS = Number(process.env.CUTS ?? 150);

async function record(env = {}) {
  const dir = tempDir('power');
  const dataDir = path.join(dir, 'data');
  fs.mkdirSync(dataDir);
  const databaseUrl = `sqlite://${dataDir}/portico.db?mode=rwc`;
  const port = await freePort();
  const plain = await new Server({ databaseUrl, dataDir, port }).start();
  const owner = await setUp(plain);
  const patients = await addPatients(owner, 0, 200);
  await plain.stop();
  const start = path.join(dir, 'start');
  fs.cpSync(dataDir, start, { recursive: true });

  const trace = path.join(dir, 'trace');
  const calls = 'pwrite64,write,writev,sendto,sendmsg,ftruncate,fsync,fdatasync,openat,unlink,unlinkat,rename,renameat,renameat2';
  const server = await new Server({
    databaseUrl, dataDir, port, env,
    wrap: ['strace', '-f', '-y', '-qq', '-xx', '-s', '4000000', '-o', trace, '-e', `trace=${calls}`],
  }).start();
  let next = 0;
  await Promise.all(Array.from({ length: 6 }, async () => {
    while (next < patients.length) {
      const n = next++;
      const answer = await invite(owner, patients[n], `cut${n}@example.org`);
      assert.equal(answer.status, 200);
    }
  }));
  await sleep(200);
  // strace hands the signal on to nobody: end the program under it.
  spawnSync('pkill', ['-TERM', '-P', String(server.child.pid)]);
  await server.exited;
  return { dataDir, start, trace };
}

function cut({ start, dataDir, trace }, cuts) {
  const script = path.join(HERE, 'power_cut.py');
  const ran = spawnSync('python3', [script, start, dataDir, trace, String(cuts), PORTICO], {
    encoding: 'utf8', maxBuffer: 64 * 1024 * 1024,
  });
  return { code: ran.status, out: ran.stdout + ran.stderr };
}

test(`${CUTS} power cuts: nothing acknowledged is lost`, { timeout: 1_800_000 }, async (t) => {
  t.after(tidy);
  const recorded = await record();
  const { code, out } = cut(recorded, CUTS);
  console.log(out.trim().split('\n').at(-1));
  assert.equal(code, 0, out);
  // Control: the same with synchronous=NORMAL must lose something, or this proves nothing.
  const control = cut(await record({ TEST_SQLITE_SYNCHRONOUS_NORMAL: '1' }), 40);
  console.log(`control: ${control.out.trim().split('\n').at(-1)}`);
  assert.equal(control.code, 1, control.out);
});
