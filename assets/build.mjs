// Builds assets/dist: app.css (the used part of Tabler + our layer), app.js, chart.js, favicon.svg, each
// with a .gz beside it. Run by `make assets` (npm ci && npm run build). Needs no network.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, constants } from 'node:zlib';
import * as esbuild from 'esbuild';
import { PurgeCSS } from 'purgecss';

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, 'dist');
const target = ['chrome87', 'firefox78', 'safari14.1'];

/** All Rust files below a folder: the only places with markup are ui/src and rooms' pages. */
function rustFiles(folder) {
  return readdirSync(join(here, folder), { recursive: true })
    .map(String).filter(name => name.endsWith('.rs') && !name.includes('target/')).map(name => join(here, folder, name));
}

/** Tabler's stylesheet without what no component of ours uses. Components name Tabler's classes only in
 *  crates/ui; rooms use jb- classes. So purging does not depend on the state of the rooms. */
async function tabler() {
  const css = readFileSync(join(here, 'node_modules/@tabler/core/dist/css/tabler.min.css'), 'utf8');
  const [purged] = await new PurgeCSS().purge({
    content: rustFiles('../crates/ui/src').map(file => ({ raw: readFileSync(file, 'utf8'), extension: 'rs' })),
    css: [{ raw: css }],
    // Whole words only, and only those between quotes or spaces: `class="btn btn-primary"`.
    defaultExtractor: text => text.match(/[A-Za-z][\w-]*/g) ?? [],
    // Words that are Rust or prose in our files, but Tabler component names as well.
    blocklist: [/^(footer|legend|visible|strong|nav|navbar|dropdown|modal|offcanvas|accordion|carousel|steps?|step-item|page|page-.*|progress.*|badge|status|tag|row|col|flex|grid|card|container.*|display-.*|table.*|text-.*|bg-.*|list.*|alert.*|avatar|close|open|show|hide|fade|active|disabled|input-.*|form-(check.*|switch|range|floating|colorinput.*|imagecheck.*|selectgroup.*|label|text|hint|help|fieldset|footer|group|control-.*)|float-.*|m[trblxy]?-.*|p[trblxy]?-.*|w-.*|h-.*|d-.*|link-.*|position-.*|placeholder.*|payment.*|flag.*|icon.*|chart.*|chip.*|toast.*|tooltip|popover.*|timeline.*|tracking.*|ribbon.*|markdown|empty.*|hr-.*|h1|h2|h3|h4|h5|h6|small|lead|mark|initialism|blockquote.*|figure.*|img-.*|spinner.*|visually-hidden.*|stretched-link|vr|ratio.*|fixed-.*|sticky-.*|hstack|vstack|collapse.*|collapsing|kanban|datagrid.*|range|noUi.*|litepicker.*|ts-.*|apexcharts.*|jvm-.*|fc-.*|plyr.*|dz-.*|fslightbox.*|tox.*|hugerte.*)$/],
    variables: true, keyframes: true, fontFace: true,
    safelist: { standard: ['html', 'body', 'input', 'select', 'textarea', 'button', 'dialog', 'fieldset', 'legend'] },
  });
  // A strict CSP forbids data: images; our layer uses the browser's own arrows and ticks.
  const plain = purged.css.replace(/--tblr-[\w-]+:\s*url\("data:[^"]*"\);?/g, '');
  if (/url\(/.test(plain)) throw new Error(`Tabler's stylesheet still loads something: ${plain.match(/.{80}url\(.{60}/)?.[0]}`);
  return plain;
}

/** Writes only what changed: a failed or idle build leaves the old files, and cargo has nothing to redo. */
function put(name, text) {
  const bytes = Buffer.from(text);
  const packed = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  if (existsSync(join(dist, name)) && readFileSync(join(dist, name)).equals(bytes) && existsSync(join(dist, `${name}.gz`))) return;
  writeFileSync(join(dist, name), bytes);
  writeFileSync(join(dist, `${name}.gz`), packed);
  console.log(`${name.padEnd(12)} ${String(bytes.length).padStart(7)} B  gzip ${String(packed.length).padStart(6)} B`);
}

async function script(entry) {
  const result = await esbuild.build({ entryPoints: [join(here, 'src', entry)], bundle: true, minify: true, write: false, format: 'iife', target, legalComments: 'none', charset: 'utf8' });
  return result.outputFiles[0].text;
}

const css = `${await tabler()}\n${readFileSync(join(here, 'src/app.css'), 'utf8')}`;
const built = {
  'app.css': (await esbuild.transform(css, { loader: 'css', minify: true, target })).code,
  'app.js': await script('app.js'),
  'chart.js': await script('chart.js'),
  'favicon.svg': readFileSync(join(here, 'src/favicon.svg'), 'utf8'),
};
mkdirSync(dist, { recursive: true });
for (const [name, text] of Object.entries(built)) put(name, text);
