// Acts under load at 256 connections, through session, permission and scope: check-ins, and an ordinary act that
// reads four rows and writes two; on SQLite (synchronous=FULL) and PostgreSQL (its defaults). The empty handler of
// the same run stands beside them. Each trainee's sign-in has been recognised once before, as when the page opened.
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jinbu, load, row, run, startEmpty, startJinbu } from './lib.mjs';

const connections = 256;
const trainees = Number(process.env.BENCH_TRAINEES || 40_000);

/** The code that a class's screen shows now, by the demo's clock (rules/attendance.rs). */
function codeNow({ secret, clock_offset_s }, session) {
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor((Date.now() / 1000 + clock_offset_s) / 30)));
  const digest = createHmac('sm3', Buffer.from(secret, 'hex')).update('class code\n').update(session).update(step).digest();
  return [...digest.subarray(0, 6)].map(byte => 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'[byte & 31]).join('');
}

const warmUp = file => all => writeFileSync(file, all.trainees.map(([token]) => `GET\t/api/v1/needs?limit=1\t${token}\t`).join('\n'));
const act = (file, name, withCode) => all => writeFileSync(file, all.trainees.map(([token, session]) => {
  const body = withCode ? { session, code: codeNow(all, session) } : { session, text: '我来上课了，手机没电' };
  return `POST\t/api/v1/acts/${name}\t${token}\t${JSON.stringify(body)}`;
}).join('\n'));

/** Only what was done counts. */
function done(one) {
  const good = one.statuses['200'] ?? 0;
  if (good < one.requests) throw new Error(`${one.requests - good} of ${one.requests} were not done: ${JSON.stringify(one.statuses)}`);
  return one.per_second;
}

async function measure(folder, data, database, kind, reference) {
  const list = join(folder, 'trainees.json'), requests = join(folder, 'requests');
  run(jinbu, ['prepare-check-ins', '--data', data, ...(database ? ['--database', database] : []), '--trainees', String(trainees), '--out', list]);
  const all = JSON.parse(readFileSync(list));
  const server = await startJinbu(data, database);
  const go = write => { write(all); return load(server.address, connections, requests); };
  done(go(warmUp(requests)));
  const [signIn, signOut] = [done(go(act(requests, 'sign-in-to-session', true))), done(go(act(requests, 'sign-out-of-session', true)))];
  row(`checkin.${kind}_rps`, 2 / (1 / signIn + 1 / signOut), '1/s', kind === 'sqlite' ? '≥ 0.4 ×' : null, reference);
  done(go(warmUp(requests)));
  row(`acts.${kind}_rps`, done(go(act(requests, 'dispute-attendance', false))), '1/s', null, reference);
  await server.stop();
}

export async function acts(data) {
  const folder = mkdtempSync(join(tmpdir(), 'jinbu-bench-'));
  const empty = await startEmpty();
  load(empty.address, connections, 'x100000');
  const reference = { what: '空应答（同一轮，256 连接）', value: load(empty.address, connections, 'x400000').per_second };
  await empty.stop();
  await measure(folder, data, null, 'sqlite', reference);
  if (process.env.JINBU_TEST_PG) await measure(folder, join(folder, 'data'), process.env.JINBU_TEST_PG, 'postgres', reference);
  rmSync(folder, { recursive: true });
}
