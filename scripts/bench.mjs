// Pages per second and p99 at scale, start-up, memory: wrk on the same machine as the server. Each row is
// {name, value, unit, goal, reference: {what, value} | null, ratio}.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const target = process.env.CARGO_TARGET_DIR;
const binary = join(target, 'release', 'jinbu');
const enrolments = Number(process.env.BENCH_ENROLMENTS || 1_000_000);
const seconds = Number(process.env.BENCH_SECONDS || 8);
const out = join(process.cwd(), 'target', 'bench');
const data = join(target, `bench-${enrolments}`);
mkdirSync(out, { recursive: true });
if (!existsSync(join(data, '.loaded'))) {
  console.log(`装入 ${enrolments} 人次 …`);
  const loaded = spawnSync(binary, ['load-scale', '--data', data, '--enrolments', String(enrolments)], { stdio: 'inherit' });
  if (loaded.status !== 0) process.exit(1);
  writeFileSync(join(data, '.loaded'), '');
}
const rows = [];
function row(name, value, unit, goal, reference = null) {
  const ratio = reference ? value / reference.value : null;
  const one = { name, value, unit, goal, reference, ratio };
  rows.push(one);
  writeFileSync(join(out, `${name}.json`), JSON.stringify(one, null, 1) + '\n');
}
const port = await new Promise(done => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });
const base = `http://127.0.0.1:${port}`;
const began = performance.now();
const server = spawn(binary, ['demo', '--listen', `127.0.0.1:${port}`, '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] });
while (true) { try { if ((await fetch(`${base}/healthz`)).ok) break; } catch { /* not yet */ } await new Promise(done => setTimeout(done, 5)); }
row('server.start_ms', Math.round(performance.now() - began), 'ms', '< 1000');

async function token(persona) {
  const answer = await fetch(`${base}/api/v1/demo-sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ persona }) });
  return (await answer.json()).token;
}
function wrk(path, cookie, connections = 8) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency'];
  if (cookie) args.push('-H', `Cookie: jinbu=${cookie}`);
  const text = spawnSync('wrk', [...args, base + path], { encoding: 'utf8' }).stdout;
  const p99 = text.match(/99%\s+([\d.]+)(us|ms|s)/);
  const bad = text.match(/Non-2xx or 3xx responses: (\d+)/);
  if (!p99 || bad) throw new Error(`${path}: ${text}`);
  const scale = { us: 0.001, ms: 1, s: 1000 }[p99[2]];
  return { p99: Number(p99[1]) * scale, rps: Number(text.match(/Requests\/sec:\s+([\d.]+)/)[1]) };
}
const officer = await token('jinjiang-officer');
const list = await (await fetch(`${base}/api/v1/classes?state=A90&limit=1`, { headers: { authorization: `Bearer ${officer}` } })).json();
const found = await fetch(`${base}/classes/${list.items[0].id}/certificates`, { headers: { cookie: `jinbu=${officer}` } });
const number = (await found.text()).match(/\/verify\/(PXHG[0-9A-Z]+)/)[1];
const empty = wrk('/healthz', null);
for (const [name, path, cookie] of [['queue', '/', officer], ['class', `/classes/${list.items[0].id}`, officer], ['certificate', `/verify/${number}`, null]]) {
  const one = wrk(path, cookie);
  row(`pages.${name}_p99_ms`, one.p99, 'ms', '< 30');
  row(`pages.${name}_rps`, one.rps, '1/s', null, { what: 'empty answer of the same server', value: empty.rps });
}
const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
row('server.rss_mb', Math.round(Number(status.match(/VmRSS:\s+(\d+)/)[1]) / 1024), 'MB', '< 150');
server.kill('SIGTERM');
console.log(`\n${enrolments} 人次，${seconds} 秒一项，wrk 与服务器同机（2 核）`);
for (const one of rows) console.log(`${one.name.padEnd(28)} ${String(Math.round(one.value * 100) / 100).padStart(12)} ${one.unit.padEnd(4)} ${(one.goal ?? '').padEnd(8)} ${one.ratio ? `= ${one.ratio.toFixed(3)} × ${one.reference.what}` : ''}`);
