// The journeys, in order; each prints a line, the last line counts them.
import { startHouse, startBrowser, asPersona, checkPage, shot } from './lib.mjs';
import { returnedPayment } from './answers.mjs';
import { badInput } from './bad-input.mjs';
import { mainJourney } from './journey.mjs';
import { byKeyboard, exports_, inLargeText, noDeadLinks, onPaper, withoutScripts } from './ways.mjs';

const results = [];
const house = await startHouse();
const browser = await startBrowser();
const only = process.argv[2];
async function journey(name, run) {
  if (only && !name.includes(only)) return;
  const began = Date.now();
  try { const findings = await run(); if (findings?.length) throw new Error(findings.join('\n  ')); results.push(true); console.log(`ok   ${name} (${Math.round((Date.now() - began) / 1000)} s)`); }
  catch (error) { results.push(false); console.log(`FAIL ${name}\n  ${error.message}`); }
}
const must = (condition, words) => { if (!condition) throw new Error(words); };

await journey('the officer accepts, reviews and a second person approves, by clicks', async () => {
  const one = await asPersona(browser, house.base, 'jinjiang-officer');
  await one.page.goto(house.base);
  const findings = await checkPage(one.page, 'queue');
  const accept = one.page.locator('form.jb-act[action$="/accept"]').first();
  const address = house.base + (await accept.getAttribute('action')).replace(/\/accept$/, '');
  await accept.getByRole('button').click();
  await one.page.waitForLoadState();
  must((await one.page.content()).includes('已受理'), 'no word that it was accepted');
  must(new URL(one.page.url()).pathname === '/', 'after an act from the queue the next item comes');
  await one.page.goto(address);
  await one.page.getByRole('button', { name: /审核通过/ }).first().click();
  await one.page.waitForLoadState();
  findings.push(...await checkPage(one.page, 'class'));
  const two = await asPersona(browser, house.base, 'jinjiang-reviewer');
  await two.page.goto(address);
  await two.page.getByRole('button', { name: '准予开班' }).first().click();
  await two.page.waitForLoadState();
  must((await two.page.content()).includes('准予开班'), 'not approved');
  const neighbour = await asPersona(browser, house.base, 'shishi-officer');
  must((await neighbour.page.goto(address)).status() === 404, 'the neighbour sees the class');
  must(!one.errors.length && !two.errors.length, [...one.errors, ...two.errors].join('; '));
  return findings;
});

await journey('the trainee asks for the roll, sees hours and reasons', async () => {
  const { page, errors } = await asPersona(browser, house.base, 'trainee', 390);
  await page.goto(`${house.base}/me`);
  const findings = await checkPage(page, 'trainee');
  await page.getByRole('link', { name: /我的课时/ }).first().click();
  await page.waitForLoadState();
  findings.push(...await checkPage(page, 'trainee-hours'));
  must(!errors.length, errors.join('; '));
  return findings;
});

for (const [login, paths] of [['school-clerk', ['/', '/classes', '/classes/new', '/claims', '/my-institution']], ['jinjiang-finance', ['/', '/payment-batches']], ['auditor', ['/classes', '/claims']], [null, ['/', '/needs', '/institutions', '/publicity', '/verify', '/journal', '/sign-in', '/personas']]]) {
  await journey(`pages of ${login ?? 'the public'} are sound at 1280 and 390`, async () => {
    const { page, errors } = await asPersona(browser, house.base, login);
    const findings = [];
    for (const path of paths) {
      const answer = await page.goto(house.base + path);
      must(answer.status() === 200, `${path} answered ${answer.status()}`);
      findings.push(...await checkPage(page, `${login ?? 'public'}${path.replaceAll('/', '-')}`));
    }
    must(!errors.length, errors.join('; '));
    return findings;
  });
}

await journey('no link leads nowhere', () => noDeadLinks(browser, house));
await journey('registers are handed out as workbook and CSV', () => exports_(browser, house));
await journey('in large text nothing is pushed sideways', () => inLargeText(browser, house));
await journey('on paper a page is its matter alone', () => onPaper(browser, house));
await journey('without JavaScript the key steps work', () => withoutScripts(browser, house));
await journey('by keyboard alone', () => byKeyboard(browser, house));

await journey('a returned payment: the account typed by two people, batched again, paid', () => returnedPayment(browser, house));

// Last: it moves the clock by weeks.
await journey('the main job, from the needs catalogue to evidence verified offline, by clicks', () => mainJourney(browser, house));

await journey('bad input gets a Chinese word and loses nothing', () => badInput(browser, house.base));

await browser.close();
house.stop();
const failed = results.filter(ok => !ok).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
