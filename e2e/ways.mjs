// The other ways of using the house: without scripts, by keyboard alone, in large text, on paper (pages.md;
// WCAG 2.1.1, 2.4.1, 2.4.7, 1.4.4, 1.4.10).
import { join } from 'node:path';
import { artifacts, asPersona, shot } from './lib.mjs';

const must = (condition, words) => { if (!condition) throw new Error(words); };
const PHONE = { width: 390, height: 844 };

/** Without JavaScript: sign in, read, roll-call asked for, a form refused and kept, a register filtered, a claim's page. */
export async function withoutScripts(browser, house) {
  const context = await browser.newContext({ javaScriptEnabled: false, locale: 'zh-CN', viewport: { width: 1366, height: 850 } });
  const page = await context.newPage();
  const as = async login => { await page.goto(`${house.base}/personas`); await page.locator(`form:has(input[name="login"][value="${login}"]) button`).click(); };
  await page.goto(house.base);
  must(await page.locator('.jb-chart__data table').first().isVisible(), 'without scripts the numbers stand in a table');
  await page.getByLabel('这张证书是真的吗？').fill('PXHG0');
  await page.getByRole('button', { name: '查验证书' }).click();
  must((await page.content()).includes('PXHG0'), 'what was typed is kept');
  await as('jinjiang-officer');
  must((await page.content()).includes('今日待办'), 'no queue');
  await shot(page, 'without-scripts-queue');
  await page.goto(`${house.base}/classes`);
  await page.getByLabel('状态').selectOption('A40');
  await page.getByRole('button', { name: '筛选' }).click();
  must(page.url().includes('state=A40') && (await page.locator('tbody tr').count()) >= 1, 'the register filters by its address');
  await page.locator('tbody a').first().click();
  must((await page.content()).includes('考勤与检查'), 'the class opens');
  await page.locator('details summary').filter({ hasText: '审核清单' }).click();
  await as('school-clerk');
  await page.goto(`${house.base}/classes/new`);
  await page.getByLabel('计划人数').fill('3');
  await page.getByRole('button', { name: '保存，核对后提交' }).click();
  must((await page.content()).includes('请先改好以下') && await page.getByLabel('计划人数').inputValue() === '3', 'the refused form is kept');
  await as('trainee');
  await page.setViewportSize(PHONE);
  await page.goto(`${house.base}/me`);
  await page.getByRole('button', { name: '请老师代点' }).first().click();
  must((await page.content()).includes('已告诉老师'), 'the roll is asked for');
  await shot(page, 'without-scripts-phone');
  await context.close();
}

/** By keyboard: the skip link first and seen, every stop seen, the queue's act done with Enter, no trap. */
export async function byKeyboard(browser, house) {
  const { page, context, errors } = await asPersona(browser, house.base, 'jinjiang-officer');
  await page.goto(house.base);
  const here = () => page.evaluate(() => {
    const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
    return { tag: one.tagName, text: one.innerText?.trim().slice(0, 40) ?? '', outline: parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== 'none', seen: box.width > 0 && box.bottom > 0 && box.left >= -1, top: box.top + scrollY, left: box.left };
  });
  await page.keyboard.press('Tab');
  const first = await here();
  must(first.text === '跳到正文' && first.seen, `the first stop is ${first.text}, not the skip link`);
  await page.keyboard.press('Enter');
  must(await page.evaluate(() => document.activeElement.id === 'main'), 'the skip link leads to the page');
  await page.goto(house.base);
  const stops = [];
  for (let n = 0; n < 80; n++) {
    await page.keyboard.press('Tab');
    const stop = await here();
    if (stop.tag === 'BODY') break;
    must(stop.seen && stop.outline, `stop ${n} (${stop.tag} ${stop.text}) is not seen`);
    stops.push(stop);
  }
  must(stops.length > 12, `only ${stops.length} stops`);
  const main = stops.filter(one => one.top > 100);
  must(main.every((one, at) => at === 0 || one.top >= main[at - 1].top - 60), 'the order of stops follows the page');
  const act = page.locator('.jb-queue button').filter({ hasText: '受理' }).first();
  if (await act.count()) {
    await act.focus();
    await page.keyboard.press('Enter');
    await page.getByText('已受理').first().waitFor();
    must(new URL(page.url()).pathname === '/', 'after an act from the queue the next item comes');
  }
  // The question of a decisive act takes the focus, Escape leaves everything as it was.
  await page.goto(house.base);
  const asked = page.locator('.jb-queue form[data-confirm] button').first();
  if (await asked.count()) {
    await asked.focus();
    await page.keyboard.press('Enter');
    must(await page.evaluate(() => document.activeElement.closest('dialog') !== null), 'the question takes the focus');
    await page.keyboard.press('Escape');
    must(new URL(page.url()).pathname === '/' && !await page.locator('dialog[open]').count(), 'Escape leaves it');
  }
  must(!errors.length, errors.join('; '));
  await context.close();
}

/** In large text nothing is pushed sideways, on a phone and on a small desk. */
export async function inLargeText(browser, house) {
  const findings = [];
  const tours = [[undefined, ['/', '/needs', '/institutions', '/publicity', '/verify', '/personas']], ['trainee', ['/me', '/me/views']], ['school-clerk', ['/', '/classes', '/classes/new', '/my-institution', '/claims']], ['jinjiang-officer', ['/', '/classes', '/claims', '/live', '/needs/new']], ['jinjiang-finance', ['/', '/payment-batches']]];
  for (const [login, paths] of tours) {
    const { page, context } = await asPersona(browser, house.base, login, 390);
    await page.goto(`${house.base}${paths[0]}`);
    await page.getByRole('button', { name: '大字' }).click();
    await page.waitForLoadState();
    must(await page.locator('html.jb-large').count(), 'large text is on');
    const links = login === 'jinjiang-officer' ? await page.locator('.jb-queue a.jb-subject').evaluateAll(all => all.slice(0, 2).map(one => one.getAttribute('href'))) : [];
    for (const path of [...paths, ...links]) {
      for (const size of [PHONE, { width: 1024, height: 768 }]) {
        await page.setViewportSize(size);
        await page.goto(house.base + path);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        if (wide > 0) findings.push(`${login ?? 'public'} ${path} ${size.width}: ${wide}px sideways`);
      }
      await shot(page, `large-${login ?? 'public'}${path.replaceAll('/', '-')}`);
    }
    await context.close();
  }
  return findings;
}

/** On paper: no frame, no buttons, the whole table. */
export async function onPaper(browser, house) {
  const { page, context } = await asPersona(browser, house.base, 'jinjiang-officer');
  await page.goto(`${house.base}/classes`);
  await page.locator('tbody a').first().click();
  await page.waitForLoadState();
  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['.jb-bar', '.jb-head .jb-buttons', '.jb-demo']) must(!await page.locator(hidden).first().isVisible().catch(() => false), `${hidden} is on paper`);
  must(await page.locator('h1').isVisible(), 'the title is on paper');
  await page.pdf({ path: join(artifacts, 'paper-class.pdf'), format: 'A4' });
  await context.close();
}

/** Every register hands out its rows in both formats. */
export async function exports_(browser, house) {
  const registers = [['jinjiang-officer', ['/classes', '/needs', '/institutions', '/persons', '/claims?step=all']], [undefined, ['/needs', '/institutions']]];
  for (const [login, paths] of registers) {
    const { page, context } = await asPersona(browser, house.base, login);
    for (const path of paths) {
      await page.goto(house.base + path);
      for (const format of ['Excel 表格', 'CSV']) {
        const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: format }).click()]);
        must(file.suggestedFilename().endsWith(format === 'CSV' ? '.csv' : '.xlsx'), `${path} gave ${file.suggestedFilename()}`);
      }
    }
    await context.close();
  }
}

/** No link of a page leads nowhere, whoever reads it. */
export async function noDeadLinks(browser, house) {
  const findings = [];
  for (const [login, starts] of [[undefined, ['/', '/needs', '/institutions', '/publicity', '/personas']], ['school-clerk', ['/', '/classes', '/my-institution', '/claims']], ['jinjiang-officer', ['/', '/classes', '/claims', '/payment-batches']], ['trainee', ['/me']], ['jinjiang-finance', ['/']], ['auditor', ['/', '/classes']]]) {
    const { page, context } = await asPersona(browser, house.base, login);
    const seen = new Set();
    for (const start of starts) {
      await page.goto(house.base + start);
      const links = await page.locator('a[href^="/"]:not([download])').evaluateAll(all => all.map(one => one.getAttribute('href').split('#')[0]));
      for (const href of links) {
        const shape = href.replace(/[0-9A-HJKMNP-TV-Z]{26}/g, 'id').replace(/=[^&]*/g, '=');
        if (seen.has(shape)) continue;
        seen.add(shape);
        const status = (await page.request.get(house.base + href)).status();
        if (status >= 400) findings.push(`${login ?? 'public'} ${start} → ${href}: ${status}`);
      }
    }
    await context.close();
  }
  return findings;
}
