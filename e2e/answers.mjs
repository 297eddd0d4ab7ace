// What comes back is put right: a payment that the bank returned, through a payee's account that two people type,
// to the paid yuan (M8.9; risk rule F04).
import { join } from 'node:path';
import { artifacts, asPersona, checkPage, click, queued, says } from './lib.mjs';

const SCHOOL = '晋江市池店机电职业技术培训学校';
// The story of the demo's letter: the officer has typed it already, the reviewer types it again.
const ACCOUNT = '6228480018012399904';

export async function returnedPayment(browser, house) {
  const findings = [], contexts = {};
  const home = async login => {
    contexts[login] ??= await asPersona(browser, house.base, login);
    contexts[login].page.setDefaultTimeout(8000);
    await contexts[login].page.goto(house.base);
    return contexts[login].page;
  };
  const button = (page, name) => page.getByRole('button', { name, exact: false }).first();
  const look = async (page, name) => findings.push(...await checkPage(page, `returned-${name}`));

  // Nothing is batched for a payee whose account waits for its second person.
  const maker = await home('jinjiang-inspector');
  await click(maker, queued(maker, SCHOOL, '退票处理'));
  const claim = maker.url();
  await look(maker, 'claim');
  await says(maker, '收款账户正在更正，等另一人复核后再做');
  if (!await button(maker, '做拨付批次').isDisabled()) throw new Error('a batch could be made for an account that waits');

  const officer = await home('jinjiang-officer');
  if (await queued(officer, SCHOOL, '收款账户').count()) throw new Error('the proposer is asked to confirm his own');
  const reviewer = await home('jinjiang-reviewer');
  await click(reviewer, queued(reviewer, SCHOOL, '收款账户'));
  await look(reviewer, 'confirm');
  const correction = reviewer.url();
  await reviewer.getByLabel('账号').fill(ACCOUNT.replace(/4$/, '5'));
  await click(reviewer, button(reviewer, '复核通过'));
  await says(reviewer, '两人输入的账号不一致');
  await reviewer.getByLabel('账号').fill(ACCOUNT);
  await click(reviewer, button(reviewer, '复核通过'));
  await says(reviewer, '收款账户已更正');
  await reviewer.goto(correction);
  await says(reviewer, '****9904');

  await maker.goto(claim);
  await click(maker, button(maker, '做拨付批次'));
  const [batch] = (await maker.locator('main').innerText()).match(/\d{6}-\d{8}-\d{3}/);
  const finance = await home('jinjiang-finance');
  await click(finance, queued(finance, batch, '批准拨付'));
  await click(finance, button(finance, '批准拨付'));
  const [answer] = await Promise.all([finance.waitForEvent('download'), finance.getByRole('link', { name: '样例：全部到账（CSV）' }).click()]);
  const file = join(artifacts, 'returned-bank-answer.csv');
  await answer.saveAs(file);
  await finance.locator('input[type=file]').setInputFiles(file);
  await click(finance, button(finance, '上传并登记'));
  await says(finance, '本批次已全部有结果');
  await maker.goto(claim);
  await says(maker, '已拨付');
  await look(maker, 'paid');

  const errors = Object.values(contexts).flatMap(one => one.errors);
  if (errors.length) throw new Error(errors.join('; '));
  for (const one of Object.values(contexts)) await one.context.close();
  return findings;
}
