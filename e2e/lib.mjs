// What every journey needs: a server of its own on a free port, Chromium, screenshots, axe.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { AxeBuilder } from '@axe-core/playwright';

const here = dirname(fileURLToPath(import.meta.url));
export const artifacts = join(here, 'artifacts');
mkdirSync(artifacts, { recursive: true });

const freePort = () => new Promise(done => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });

/** Starts `jinbu demo --small` on a free port with a folder of its own. */
export async function startHouse() {
  const target = process.env.CARGO_TARGET_DIR || join(here, '..', 'target');
  const data = mkdtempSync(join(tmpdir(), 'jinbu-e2e-'));
  const port = await freePort();
  const server = spawn(join(target, 'debug', 'jinbu'), ['demo', '--listen', `127.0.0.1:${port}`, '--data', data, '--small'], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', chunk => { log += chunk; });
  const base = `http://127.0.0.1:${port}`;
  for (let n = 0; n < 600; n++) {
    if (server.exitCode !== null) throw new Error(`the server ended: ${log}`);
    try { if ((await fetch(`${base}/healthz`)).ok) return { base, data, log: () => log, kill: signal => server.kill(signal), stop() { server.kill('SIGTERM'); rmSync(data, { recursive: true, force: true }); } }; } catch { /* not yet */ }
    await new Promise(done => setTimeout(done, 100));
  }
  server.kill('SIGKILL');
  throw new Error(`the server did not come up: ${log}`);
}

export const startBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--lang=zh-CN'] });

/** A persona's own browser window, signed in. */
export async function asPersona(browser, base, login, width = 1366) {
  const context = await browser.newContext({ viewport: { width, height: 850 }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', bypassCSP: true });
  const page = await context.newPage();
  const errors = [];
  page.on('pageerror', error => errors.push(error.message));
  page.on('response', response => { if (response.status() >= 500) errors.push(`${response.status()} ${response.url()}`); });
  if (login) {
    await page.goto(`${base}/personas`);
    await page.locator(`form:has(input[name="login"][value="${login}"]) button`).first().click();
    await page.waitForLoadState();
  }
  return { page, context, errors };
}

export const shot = (page, name) => page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });

/** Serious and critical findings of axe at both widths, and sideways scrolling on a phone. */
export async function checkPage(page, name) {
  const findings = [];
  const before = page.viewportSize();
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 850 });
    const result = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    for (const one of result.violations.filter(v => ['serious', 'critical'].includes(v.impact))) findings.push(`${name} ${width}: ${one.id} ${one.nodes[0].target.join(' ')}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    if (width === 390 && wide > 0) findings.push(`${name} 390: ${wide}px sideways`);
    await shot(page, `${name}-${width}`);
  }
  await page.setViewportSize(before);
  return findings;
}

/** Clicks and waits for the page that comes; a question is answered with yes. Answers how many clicks it took. */
export async function click(page, what) {
  let clicks = 1;
  const before = page.url();
  const leaves = await what.evaluate(element => element.closest('form')?.method === 'post' || element.tagName === 'A');
  await Promise.all([leaves ? page.waitForEvent('domcontentloaded', { timeout: 8000 }).catch(() => {}) : null, (async () => {
    await what.click();
    const yes = page.locator('dialog[open] button.btn-primary');
    if (await yes.count()) { clicks += 1; await yes.click(); }
  })()]);
  await page.waitForLoadState();
  if ((await page.title()).startsWith('系统出了问题')) throw new Error(`${before}: the server failed`);
  return clicks;
}

/** The page says these words, spaces aside. */
export async function says(page, words) {
  const text = await page.locator('body').innerText();
  if (!text.replace(/\s+/g, '').includes(words.replace(/\s+/g, ''))) throw new Error(`${page.url()} does not say “${words}”:\n${text.slice(0, 300)}`);
}

/** The button of the queue's row about these words and this matter. */
export const queued = (page, words, matter) => page.locator('.jb-queue tbody tr').filter({ hasText: words }).filter({ hasText: matter }).locator('.jb-btn').first();
