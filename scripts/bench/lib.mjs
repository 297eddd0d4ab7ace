// What every benchmark needs: rows, servers on free ports, the two load generators (wrk for pages, our own for acts).
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

export const target = process.env.CARGO_TARGET_DIR;
export const jinbu = join(target, 'release', 'jinbu');
const example = name => join(target, 'release', 'examples', name);
const out = join(process.cwd(), 'target', 'bench');
mkdirSync(out, { recursive: true });

export const rows = [];
/** One figure: on the screen at the end, and target/bench/NAME.json. A ratio is value ÷ reference. */
export function row(name, value, unit, goal, reference = null) {
  const ratio = reference ? value / reference.value : null;
  const one = { name, value, unit, goal, reference, ratio };
  rows.push(one);
  writeFileSync(join(out, `${name}.json`), JSON.stringify(one, null, 1) + '\n');
  console.log(`  ${name} = ${Math.round(value * 100) / 100} ${unit}${ratio ? ` (× ${ratio.toFixed(3)})` : ''}`);
}

export function run(binary, args) {
  const done = spawnSync(binary, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (done.status !== 0) throw new Error(`${binary} ${args.join(' ')} ended with ${done.status}`);
}

const freePort = () => new Promise(done => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });

async function started(binary, args, path) {
  const port = await freePort();
  const began = performance.now();
  const server = spawn(binary, args(port), { stdio: ['ignore', 'ignore', 'inherit'] });
  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`${binary} ended with ${server.exitCode}`);
    try { if ((await fetch(base + path)).ok) break; } catch { /* not yet */ }
    await new Promise(done => setTimeout(done, 5));
  }
  return { base, address: `127.0.0.1:${port}`, pid: server.pid, startedMs: performance.now() - began, stop: () => new Promise(done => { server.on('exit', done); server.kill('SIGTERM'); }) };
}

/** `jinbu demo` on a data folder; with a database address on that database. */
export const startJinbu = (data, database) => started(jinbu, port => ['demo', '--listen', `127.0.0.1:${port}`, '--data', data, ...(database ? ['--database', database] : [])], '/healthz');
/** The same axum with a handler that answers {} and nothing else. */
export const startEmpty = () => started(example('empty'), port => [`127.0.0.1:${port}`], '/');

export async function tokenOf(base, persona) {
  const answer = await fetch(`${base}/api/v1/demo-sign-in`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ persona }) });
  return (await answer.json()).token;
}

/** Our own generator: each request of the list once. */
export function load(address, connections, list) {
  const done = spawnSync(example('load'), [address, String(connections), list], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`load: ${done.stderr}`);
  return JSON.parse(done.stdout);
}

/** wrk on one address for some seconds. */
export function wrk(base, path, cookie, seconds, connections = 8) {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--latency'];
  if (cookie) args.push('-H', `Cookie: jinbu=${cookie}`);
  const text = spawnSync('wrk', [...args, base + path], { encoding: 'utf8' }).stdout;
  const p99 = text.match(/99%\s+([\d.]+)(us|ms|s)/);
  if (!p99 || /Non-2xx or 3xx responses/.test(text)) throw new Error(`${path}: ${text}`);
  return { p99: Number(p99[1]) * { us: 0.001, ms: 1, s: 1000 }[p99[2]], rps: Number(text.match(/Requests\/sec:\s+([\d.]+)/)[1]) };
}

export const residentMb = pid => Math.round(Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]) / 1024);

export function table(title) {
  console.log(`\n${title}`);
  for (const one of rows) {
    const against = one.ratio ? `= ${one.ratio.toFixed(3)} × ${one.reference.what}（${Math.round(one.reference.value)}）` : '';
    console.log(`${one.name.padEnd(28)} ${String(Math.round(one.value * 100) / 100).padStart(12)} ${one.unit.padEnd(4)} ${(one.goal ?? '').padEnd(14)} ${against}`);
  }
}
