// Pages at scale: a county officer's queue, a class, the public verification page; start-up and memory.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jinbu, residentMb, row, run, startEmpty, startJinbu, target, tokenOf, wrk } from './lib.mjs';

export const enrolments = Number(process.env.BENCH_ENROLMENTS || 1_000_000);
const seconds = Number(process.env.BENCH_SECONDS || 8);

/** A house with the demo and so many enrolments more; made once, kept in the target folder. */
export function scaled() {
  const data = join(target, `bench-${enrolments}`);
  if (!existsSync(join(data, '.loaded'))) {
    console.log(`装入 ${enrolments} 人次 …`);
    run(jinbu, ['load-scale', '--data', data, '--enrolments', String(enrolments)]);
    writeFileSync(join(data, '.loaded'), '');
  }
  return data;
}

export async function pages() {
  const data = scaled();
  const empty = await startEmpty();
  const idle = wrk(empty.base, '/', null, seconds);
  await empty.stop();
  const server = await startJinbu(data);
  row('server.start_ms', Math.round(server.startedMs), 'ms', '< 1000');
  const officer = await tokenOf(server.base, 'jinjiang-officer');
  const bearer = { headers: { authorization: `Bearer ${officer}` } };
  const list = await (await fetch(`${server.base}/api/v1/classes?state=A90&limit=1`, bearer)).json();
  const id = list.items[0].id;
  const certificates = await (await fetch(`${server.base}/classes/${id}/certificates`, { headers: { cookie: `jinbu=${officer}` } })).text();
  const number = certificates.match(/\/verify\/(PXHG[0-9A-Z]+)/)[1];
  for (const [name, path, cookie] of [['queue', '/', officer], ['class', `/classes/${id}`, officer], ['certificate', `/verify/${number}`, null]]) {
    const one = wrk(server.base, path, cookie, seconds);
    row(`pages.${name}_p99_ms`, one.p99, 'ms', '< 30');
    row(`pages.${name}_rps`, one.rps, '1/s', null, { what: '空应答（同一轮）', value: idle.rps });
  }
  row('server.rss_mb', residentMb(server.pid), 'MB', '< 150');
  await server.stop();
}
