// Bad input by hand in a real browser: a Chinese word, what was typed is kept, nothing is lost, a way back.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asPersona, checkPage } from './lib.mjs';

const must = (condition, words) => { if (!condition) throw new Error(words); };

/** The page speaks Chinese and shows nothing of the inside. */
async function decent(page, says) {
  const text = await page.locator('body').innerText();
  must(text.includes(says), `does not say ${says}: ${text.slice(0, 600)}`);
  for (const inside of ['panicked', 'backtrace', 'Internal Server', 'Bad Request', 'SELECT ', '.rs:']) must(!text.includes(inside), `shows ${inside}`);
  must(await page.locator('a[href="/"]').count() > 0, 'no way back');
}

export async function badInput(browser, base) {
  const folder = mkdtempSync(join(tmpdir(), 'jinbu-bad-'));
  try {
    const { page, context, errors } = await asPersona(browser, base, 'school-clerk');
    const { items } = await (await context.request.get(`${base}/api/v1/classes?limit=100`)).json();
    const draft = items.find(one => JSON.stringify(one).includes('草稿') || one.state === 'C00');
    must(draft, `no draft among ${items.length} classes: ${JSON.stringify(items[0])}`);
    const findings = [];

    const roster = `${base}/classes/${draft.id}/roster`;
    const people = async () => { await page.goto(roster); return page.locator('table tbody tr').count(); };
    const before = await people();
    const upload = async (name, bytes) => {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      await page.goto(roster);
      await page.setInputFiles('input[type=file]', file);
      await page.getByRole('button', { name: '导入', exact: true }).click();
      await page.waitForLoadState();
    };
    await upload('太大.xlsx', Buffer.alloc(100 * 1024 * 1024, 80));
    await decent(page, '5 MB');
    findings.push(...await checkPage(page, 'bad-100mb'));
    await upload('坏的.xlsx', Buffer.from('PK\x03\x04 broken'));
    await decent(page, '打不开');
    findings.push(...await checkPage(page, 'bad-workbook'));
    must(await people() === before, 'the roster has changed');

    await page.goto(`${base}/classes/${draft.id}/plan`);
    const plan = '理论实操各半 <script>alert(1)</script>';
    for (const [name, value] of [['theory', '14'], ['practice', '20'], ['online', '24'], ['exam_plan', plan]]) await page.fill(`[name=${name}]`, value);
    await page.getByRole('button', { name: '保存' }).first().click();
    await page.waitForLoadState();
    await decent(page, '40%');
    must(await page.inputValue('[name=exam_plan]') === plan && await page.inputValue('[name=online]') === '24', 'what was typed is lost');
    findings.push(...await checkPage(page, 'bad-plan'));

    const rival = await asPersona(browser, base, 'rival-clerk');
    must((await rival.page.goto(`${base}/classes/${draft.id}`)).status() === 404, "a stranger's class is shown");
    await decent(rival.page, '没有找到');
    must((await page.goto(`${base}/nowhere`)).status() === 404, 'not 404');
    await decent(page, '没有找到');
    must((await page.goto(`${base}/sign-out`)).status() === 405, 'not 405');
    await decent(page, '不能这样');
    findings.push(...await checkPage(page, 'bad-address'));
    must(!errors.length, errors.join('; '));
    return findings;
  } finally { rmSync(folder, { recursive: true, force: true }); }
}
