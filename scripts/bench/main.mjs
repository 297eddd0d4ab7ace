// `make bench`: all figures, a table and target/bench/NAME.json each. BENCH_ENROLMENTS sets the size (1,000,000);
// BENCH_ONLY=pages, acts or verify runs one part.
import { table } from './lib.mjs';
import { acts } from './acts.mjs';
import { enrolments, pages, scaled } from './pages.mjs';
import { verify } from './verify.mjs';

const only = process.env.BENCH_ONLY;
if (!only || only === 'pages') await pages();
if (!only || only === 'acts') await acts(scaled());
if (!only || only === 'verify') await verify();
table(`${enrolments} 人次；负载与服务器同机（2 核）`);
