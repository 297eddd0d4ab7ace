// How long an auditor waits: `jinbu verify --data` on the demo, the whole log and every approved class.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jinbu, row, run, startJinbu } from './lib.mjs';

export async function verify() {
  const folder = mkdtempSync(join(tmpdir(), 'jinbu-verify-'));
  const server = await startJinbu(folder);
  // Every fact of the load has its place when the log grows no more.
  let size = -1;
  for (;;) {
    await new Promise(done => setTimeout(done, 3000));
    const answer = await fetch(`${server.base}/journal/checkpoint`);
    const now = answer.ok ? Number((await answer.text()).split('\n')[1]) : 0;
    if (now > 0 && now === size) break;
    size = now;
  }
  await server.stop();
  const began = performance.now();
  run(jinbu, ['verify', '--data', folder]);
  row('verify.demo_s', (performance.now() - began) / 1000, 's', null);
  rmSync(folder, { recursive: true });
}
