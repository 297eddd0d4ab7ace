// The main job in a browser, by clicks alone, each step by its own persona: from a line of the needs
// catalogue to the evidence that verifies offline (M1–M3, M7.1, M8.9). Appendix B example 1 stands on its pages.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { artifacts, asPersona, checkPage, click as clicked, queued, says, shot } from './lib.mjs';
import { creditCode, residenceNumber, workbook } from './documents.mjs';

const WORKBOOK = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const ITEM = '家庭收纳整理';
const binary = join(process.env.CARGO_TARGET_DIR || join(dirname(fileURLToPath(import.meta.url)), '..', 'target'), 'debug', 'jinbu');
const must = (condition, words) => { if (!condition) throw new Error(words); };

/** Walks the whole way; answers what axe found on the pages of it. Where it stops, everybody's screen is kept. */
export async function mainJourney(browser, house) {
  const people = {};
  try { return await walk(browser, house, people); }
  catch (error) {
    for (const [login, page] of Object.entries(people)) await shot(page, `journey-stopped-${login}`).catch(() => {});
    throw error;
  }
}

async function walk(browser, house, people) {
  const findings = [], contexts = [];
  let clicks = 0, pageNumber = 0;

  /** The persona's own window, opened once. */
  async function as(login) {
    if (!people[login]) {
      const one = await asPersona(browser, house.base, login, login?.includes('trainee') ? 390 : 1366);
      people[login] = one.page;
      contexts.push(one);
      one.page.setDefaultTimeout(8000);
    }
    return people[login];
  }
  const look = async (page, name) => findings.push(...await checkPage(page, `journey-${String(++pageNumber).padStart(2, '0')}-${name}`));
  const click = async (page, what) => { clicks += await clicked(page, what); };
  const button = (page, name) => page.getByRole('button', { name, exact: false }).first();
  const link = (page, name) => page.getByRole('link', { name, exact: false }).first();
  const home = async login => { const page = await as(login); await page.goto(house.base); return page; };
  /** The demo clock, by its own form; then the timed acts get their second. */
  async function clockTo(at) {
    const page = await as('shishi-officer');
    await page.goto(`${house.base}/personas`);
    await page.getByLabel('或者拨到').fill(at);
    await click(page, button(page, '拨过去'));
    await says(page, '演示时钟已拨好');
  }
  const tick = () => new Promise(done => setTimeout(done, 2500));
  const waitFor = async (page, address, words) => {
    for (let n = 0; n < 20; n++) {
      await page.goto(address);
      if ((await page.locator('body').innerText()).includes(words)) return;
      await new Promise(done => setTimeout(done, 500));
    }
    throw new Error(`${address} never said “${words}”:\n${(await page.locator('main').innerText()).slice(0, 200)}`);
  };

  // ---- 1. needs catalogue: drafted by the county, filed by the province, published by the county
  const officer = await home('jinjiang-officer');
  await click(officer, link(officer, '需求目录'));
  await click(officer, link(officer, '起草新项目'));
  await officer.getByLabel('培训类型').selectOption({ index: 1 });
  await officer.getByLabel('职业（工种）或项目名称').fill(ITEM);
  await officer.getByLabel('等级').selectOption({ label: '培训合格' });
  await officer.getByLabel('最少课时').fill('20');
  await officer.getByLabel('最多课时').fill('80');
  await look(officer, 'needs-draft');
  await click(officer, button(officer, '存为草稿'));
  await says(officer, ITEM);
  const item = officer.url();
  const province = await home('province-officer');
  await click(province, queued(province, ITEM, '目录备案'));
  await province.getByLabel('备案号').fill('闽人社目录备〔2026〕58号');
  await click(province, button(province, '给予备案'));
  await says(province, '已备案');
  await home('jinjiang-officer');
  await click(officer, queued(officer, ITEM, '目录发布'));
  await officer.getByLabel('发布文号').fill('晋人社〔2026〕45号');
  await click(officer, button(officer, '发布'));
  await says(officer, '已发布');
  must(new URL(officer.url()).pathname === '/', 'what was opened from the queue comes back to it');
  await officer.goto(item);
  await look(officer, 'needs-item');

  // ---- 2. institution directory: a new institution, and the new item for the school
  await click(officer, link(officer, '机构目录'));
  await click(officer, link(officer, '列入新机构'));
  const fields = { '机构名称': '晋江市陈埭职业培训学校', '统一社会信用代码': creditCode('10099'), '法定代表人': '丁文彬', '办学许可证号': '人社民3505820099号', '许可证到期日': '2029-05-14', '地址': '晋江市陈埭镇海尾路8号', '联系人': '丁月华', '联系电话': '0595-85790099', '开户银行': '演示银行晋江支行', '文号': '晋人社〔2026〕46号' };
  for (const [label, value] of Object.entries(fields)) await officer.getByLabel(label, { exact: true }).fill(value);
  await officer.locator('input[name="account"]').fill('6228480000000009901');
  await officer.getByLabel('办学性质').selectOption({ label: '民办职业技能培训学校' });
  await officer.getByLabel('遴选', { exact: true }).check();
  await look(officer, 'institution-new');
  await click(officer, button(officer, '列入目录'));
  await says(officer, '晋江市陈埭职业培训学校');
  await look(officer, 'institution');
  await click(officer, link(officer, '机构目录'));
  await click(officer, link(officer, '晋江市安海职业培训学校'));
  await click(officer, link(officer, '增加培训项目'));
  await officer.getByLabel('目录项目').selectOption({ label: (await officer.getByLabel('目录项目').locator('option').allInnerTexts()).find(text => text.includes(ITEM)) });
  await officer.getByLabel('培训场地').selectOption({ index: 1 });
  await officer.getByLabel('同时培训人数').fill('45');
  await officer.getByLabel('有效期开始').fill('2026-11-01');
  await officer.getByLabel('有效期结束').fill('2028-06-30');
  await click(officer, button(officer, '增加'));
  await says(officer, ITEM);

  // ---- 3. the application: the last class's copy, a roster from a workbook, a laid-out timetable, the pledge
  const clerk = await home('school-clerk');
  await look(clerk, 'school-home');
  clicks = 0;
  await click(clerk, link(clerk, '申报新班'));
  await clerk.getByLabel('培训项目').selectOption({ label: (await clerk.getByLabel('培训项目').locator('option').allInnerTexts()).find(text => text.includes(ITEM)) });
  await clerk.getByLabel('第几期').fill('1');
  await clerk.getByLabel('计划人数').fill('10');
  // Appendix B example 1's class: 34 periods in the room, 22 online.
  for (const [label, periods] of [['理论课时（线下）', '14'], ['实操课时（线下）', '20'], ['线上课时', '22']]) await clerk.getByLabel(label, { exact: true }).fill(periods);
  const lastDay = await clerk.getByLabel('结束日期').inputValue();
  const id = n => residenceNumber(n);
  const wrong = id(399).replace(/.$/, last => last === '1' ? '2' : '1');
  const others = ['陈阿兰', '蔡秋月', '洪美琴', '许素华', '庄月英', '苏玉梅', '吴金莲', '郑惠珠'];
  const rows = [['姓名', '证件号码', '联系电话', '人员类别'], ['林玉珍', id(0), '13950000001', ''], ['黄小琴', id(1), '13950000002', ''],
    ...others.map((name, at) => [name, id(390 + at), `1395000${1000 + at}`, '']), ['写错的人', wrong, '13950000099', '']];
  await clerk.getByLabel('学员名册').setInputFiles({ name: '花名册.xlsx', mimeType: WORKBOOK, buffer: workbook(rows) });
  await click(clerk, clerk.getByLabel('名册上学员本人签字的承诺书已经收齐'));
  await look(clerk, 'class-new');
  await click(clerk, button(clerk, '保存，核对后提交'));
  await says(clerk, '写错的人');
  await says(clerk, '陈阿兰');
  await look(clerk, 'roster');
  const class_ = new URL(await link(clerk, '回到班级').getAttribute('href'), house.base).href;
  await click(clerk, link(clerk, '回到班级'));
  await says(clerk, '每人至多');
  await says(clerk, '我单位承诺');
  await look(clerk, 'class-draft');
  await click(clerk, button(clerk, '承诺并提交'));
  await look(clerk, 'class-submitted');
  must(clicks <= 5, `an application with one wrong row took ${clicks} clicks`);
  await clerk.goto(`${class_}/timetable`);
  await look(clerk, 'timetable');
  const timetable = await clerk.locator('table tbody tr').evaluateAll(rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim())));
  await clerk.goto(class_);

  // ---- 4. review by two, from the queue: a clean class two clicks
  await home('jinjiang-officer');
  await look(officer, 'queue');
  await click(officer, queued(officer, ITEM, '开班受理'));
  await home('jinjiang-officer');
  clicks = 0;
  await click(officer, queued(officer, ITEM, '开班审核'));
  must(clicks <= 2, `a clean review took ${clicks} clicks`);
  await officer.goto(class_);
  await look(officer, 'class-reviewed');
  const reviewer = await home('jinjiang-reviewer');
  await click(reviewer, queued(reviewer, ITEM, '开班批准'));
  await says(reviewer, '准予开班');
  await reviewer.goto(class_);
  await look(reviewer, 'class-approved');

  // ---- 5. taught: the first session by phone and code, the others by roll-call; one offline session missed
  const teacher = await as('class-teacher');
  await teacher.goto(`${class_}/attendance`);
  const sessions = await teacher.locator('tbody tr[data-href^="/sessions/"]').evaluateAll(rows => rows.map(row => ({ href: row.dataset.href, text: row.innerText })));
  must(sessions.length === timetable.length && sessions.length > 10, `${sessions.length} sessions, ${timetable.length} in the timetable`);
  const when = sessions.map(one => {
    const [, month, day, from, until] = one.text.match(/(\d+)月(\d+)日.*?(\d\d:\d\d)\s*—\s*(\d\d:\d\d)/s);
    return { ...one, day: `${Number(month) < 9 ? 2027 : 2026}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`, from, until, periods: Number(one.text.match(/(\d+)\s*课时/)[1]), practice: one.text.includes('实操') };
  });
  const later = (day, clock, minutes) => { const at = new Date(`${day}T${clock}:00Z`); at.setUTCMinutes(at.getUTCMinutes() + minutes); return at.toISOString().slice(0, 16); };
  const missed = when.findIndex(one => one.practice && one.periods === 4);
  const code = async session => { await teacher.goto(`${house.base}${session.href}/screen`); return (await teacher.locator('.jb-rotating__digits strong').innerText()).replace(/\s/g, ''); };
  async function byPhone(login, session, word, seen) {
    const phone = await as(login);
    await phone.goto(`${house.base}/me`);
    await click(phone, phone.locator('.jb-phone-card').filter({ hasText: ITEM }).getByRole('link', { name: word, exact: true }));
    await phone.getByLabel('教室屏幕上的六位码').fill(await code(session));
    if (seen) await look(phone, seen);
    await click(phone, button(phone, word));
    await says(phone, `${word}成功`);
  }
  await clockTo(later(when[0].day, when[0].from, -5));
  await byPhone('trainee', when[0], '签到', 'phone-code');
  await byPhone('other-trainee', when[0], '签到');
  await look(teacher, 'screen');
  await look(people.trainee, 'phone');
  await clockTo(later(when[0].day, when[0].until, 2));
  await byPhone('trainee', when[0], '签退');
  await byPhone('other-trainee', when[0], '签退');
  await teacher.goto(house.base + when[0].href);
  for (const name of others) await teacher.getByRole('row', { name }).getByRole('checkbox').check();
  await click(teacher, button(teacher, '记下勾选的人到课'));
  await tick();
  for (let at = 1; at < when.length; at++) {
    const session = when[at], last = when[at + 1]?.day !== session.day;
    if (at === 1) await clockTo(later(session.day, session.from, 20));
    else if (last || when[at - 1].day !== session.day) await clockTo(later(session.day, when.filter(one => one.day === session.day).at(-1).until, 10));
    await teacher.goto(house.base + session.href);
    if (at === missed) {
      for (const name of ['黄小琴', ...others]) await teacher.getByRole('row', { name }).getByRole('checkbox').check();
      await click(teacher, button(teacher, '记下勾选的人到课'));
    } else await click(teacher, button(teacher, '全部到课'));
    await says(teacher, '人到课');
    if (at === 1) {
      await look(teacher, 'roll-call');
      // ---- 6. inspection, by somebody who did not approve
      const inspector = await home('jinjiang-inspector');
      await click(inspector, link(inspector, '正在上课'));
      await look(inspector, 'live');
      await home('jinjiang-inspector');
      await click(inspector, queued(inspector, ITEM, '过程检查'));
      await inspector.getByLabel('现场人数').fill('10');
      await inspector.locator('input[name="teacher_present"][value="true"]').check();
      await inspector.locator('input[name="content_matches"][value="true"]').check();
      await inspector.getByLabel('正常').check();
      await inspector.getByLabel('同行检查人').fill('庄淑华');
      await inspector.getByLabel('情况说明').fill('两人请假，已看请假条。');
      await look(inspector, 'inspection');
      await click(inspector, button(inspector, '提交检查记录'));
      await says(inspector, '检查记录已存入');
    }
  }
  await people.trainee.goto(`${house.base}/me`);
  await click(people.trainee, people.trainee.locator(`a[href="/me/hours/${class_.split('/').pop()}"]`));
  await says(people.trainee, '52 / 56');
  await look(people.trainee, 'phone-hours');
  // The missed one is called into question; the county looks, and answers on the phone.
  await click(people.trainee, people.trainee.locator('a[href^="/me/dispute/"]').first());
  await people.trainee.getByLabel('哪里不对').fill('那天下午我在车间帮忙搬设备，没听见点名，请帮我核实一下。');
  await look(people.trainee, 'dispute');
  await click(people.trainee, button(people.trainee, '告诉我们'));
  await says(people.trainee, '已经交给县人社部门');
  await home('jinjiang-officer');
  await click(officer, queued(officer, ITEM, '考勤异议'));
  await says(officer, '没听见点名');
  await officer.getByLabel('不属实').check();
  await officer.getByLabel('答复').fill('问了班主任和同组的学员，那天下午您请假回家了，没有到课。');
  await look(officer, 'dispute-answer');
  await click(officer, button(officer, '答复学员'));
  await says(officer, '已答复');
  await people.trainee.goto(`${house.base}/me/hours/${class_.split('/').pop()}`);
  await says(people.trainee, '不属实：问了班主任');

  // ---- 7. completion exam by two, certificates
  await clockTo(later(lastDay, '23:00', 600));
  await waitFor(clerk, class_, '录入考核成绩');
  await click(clerk, link(clerk, '录入考核成绩'));
  const heldOn = await clerk.getByLabel('考核日期').inputValue();
  await clockTo(`${heldOn}T15:00`);
  await clerk.goto(`${class_}/exam`);
  await clerk.getByLabel('考评人员一').fill('曾庆华');
  await clerk.getByLabel('考评人员二').fill('施美玲');
  for (const name of ['林玉珍', '黄小琴', ...others]) { await clerk.getByLabel(`${name} 理论`).fill('82'); await clerk.getByLabel(`${name} 实操`).fill('76'); }
  await says(clerk, '陈阿兰');
  await look(clerk, 'exam');
  await click(clerk, button(clerk, '提交成绩'));
  await home('jinjiang-officer');
  await click(officer, queued(officer, ITEM, '确认成绩'));
  await look(officer, 'exam-confirm');
  await click(officer, button(officer, '确认成绩'));
  await home('school-clerk');
  await click(clerk, queued(clerk, ITEM, '发放证书'));
  await clerk.goto(`${class_}/certificates`);
  await says(clerk, '林玉珍');
  await look(clerk, 'certificates');
  const number = (await clerk.locator('body').innerText()).match(/PXHG[0-9A-Z]{21}/)[0];

  // ---- 8. the certificate: PDF on the phone, public verification
  const trainee = await as('trainee');
  const public_ = await as(undefined);
  await public_.goto(house.base);
  await look(public_, 'front-door');
  await public_.getByLabel('这张证书是真的吗？').fill(number);
  await click(public_, button(public_, '查验证书'));
  await says(public_, '有效');
  await says(public_, ITEM);
  await look(public_, 'verify');

  // ---- 9. feedback: five taps and two answers
  for (const login of ['trainee', 'other-trainee']) {
    const phone = await as(login);
    await phone.goto(`${house.base}/me`);
    await click(phone, phone.locator('.jb-phone-card').filter({ hasText: ITEM }).getByRole('link', { name: '评价这次培训' }));
    for (const group of await phone.locator('form fieldset').filter({ has: phone.locator('input[value="5"]') }).all()) await group.locator('label').filter({ hasText: /^\s*很好/ }).click();
    await phone.locator('input[name="attended_in_person"][value="yes"]').check();
    await phone.locator('input[name="was_charged"][value="no"]').check();
    if (login === 'trainee') await look(phone, 'feedback');
    await click(phone, button(phone, '交评价'));
    await says(phone, '谢谢您');
  }
  await trainee.goto(`${house.base}/me`);
  const card = trainee.locator('.jb-phone-card').filter({ hasText: ITEM }).getByRole('link', { name: '看我的证书' });
  const [pdf] = await Promise.all([trainee.waitForEvent('download').catch(() => null), card.evaluate(one => { one.setAttribute('download', ''); one.click(); })]);
  must(pdf && readFileSync(await pdf.path()).subarray(0, 5).toString() === '%PDF-', 'the certificate is a PDF');

  // Eight have no phone and do not answer: the policy's days pass.
  const days = (day, n) => later(day, '09:00', n * 1440);
  await clockTo(days(heldOn, 9));

  // ---- 10. the claim drafts itself; handed in, reviewed by two, public for five working days
  for (let n = 0; n < 20 && !await queued(clerk, ITEM, '提交申领').count(); n++) { await new Promise(done => setTimeout(done, 500)); await clerk.goto(house.base); }
  clicks = 0;
  await click(clerk, queued(clerk, ITEM, '提交申领'));
  await says(clerk, '¥ 1,250');
  await says(clerk, '¥ 2,650');
  await look(clerk, 'claim-draft');
  await click(clerk, button(clerk, '核对无误，提交申领'));
  must(clicks <= 3, `handing in a claim took ${clicks} clicks`);
  await home('jinjiang-officer');
  await click(officer, queued(officer, ITEM, '补贴初审'));
  await says(officer, '50');
  await look(officer, 'claim-review');
  await click(officer, button(officer, '受理并初审通过'));
  await home('jinjiang-reviewer');
  await click(reviewer, queued(reviewer, ITEM, '补贴复审'));
  await click(reviewer, button(reviewer, '复审通过'));
  await home('jinjiang-officer');
  await click(officer, queued(officer, ITEM, '补贴公示'));
  await click(officer, button(officer, '开始公示'));
  await public_.goto(`${house.base}/publicity`);
  await look(public_, 'publicity');
  await click(public_, public_.locator('tbody tr').filter({ hasText: ITEM }).getByRole('link').first());
  await says(public_, '林*珍');
  await says(public_, '¥ 1,250');
  must(!(await public_.content()).includes('林玉珍'), 'the publicity shows a whole name');
  await look(public_, 'publicity-one');
  const clock = await as('shishi-officer');
  await clock.goto(`${house.base}/personas`);
  await look(clock, 'personas');
  await click(clock, button(clock, '过五个工作日'));

  // ---- 11. batch, finance, the bank's return file: paid
  const maker = await as('jinjiang-inspector');
  for (let n = 0; n < 20; n++) { await maker.goto(house.base); if (await queued(maker, ITEM, '拨付').count()) break; await new Promise(done => setTimeout(done, 500)); }
  await click(maker, queued(maker, ITEM, '拨付'));
  await click(maker, button(maker, '做拨付批次'));
  // Finance has other batches waiting too: ours is known by its number.
  const [batch] = (await maker.locator('main').innerText()).match(/\d{6}-\d{8}-\d{3}/);
  const ours = (page, word) => page.locator('.jb-queue tbody tr').filter({ hasText: word }).filter({ hasText: batch }).locator('.jb-btn').first();
  const finance = await home('jinjiang-finance');
  await look(finance, 'finance-home');
  await click(finance, ours(finance, '批准拨付'));
  await look(finance, 'batch');
  await click(finance, button(finance, '批准拨付'));
  await home('jinjiang-finance');
  await click(finance, ours(finance, '银行回盘'));
  const [answer] = await Promise.all([finance.waitForEvent('download'), link(finance, '样例：全部到账（CSV）').click()]);
  const returned = join(artifacts, 'journey-bank-return.csv');
  await answer.saveAs(returned);
  await finance.locator('input[type=file]').setInputFiles(returned);
  await look(finance, 'settle');
  await click(finance, button(finance, '上传并登记'));
  await says(finance, '本批次已全部有结果');
  await clerk.goto(`${house.base}/claims`);
  await click(clerk, clerk.locator('tbody tr').filter({ hasText: ITEM }).getByRole('link').first());
  await says(clerk, '已拨付');
  await look(clerk, 'claim-paid');

  // ---- 12. evidence, verified offline by another program
  const auditor = await home('auditor');
  await click(auditor, link(auditor, '班级'));
  await click(auditor, auditor.locator('tbody tr').filter({ hasText: ITEM }).getByRole('link').first());
  await look(auditor, 'class-paid');
  await click(auditor, auditor.locator('li').filter({ hasText: '证据包' }).getByRole('link').first());
  await look(auditor, 'evidence');
  const [bundle] = await Promise.all([auditor.waitForEvent('download'), button(auditor, '下载证据包').click()]);
  const file = join(artifacts, 'journey-evidence.json');
  await bundle.saveAs(file);
  const report = execFileSync(binary, ['verify', file], { encoding: 'utf8' });
  must(report.includes('0 处不一致'), `the evidence does not verify:\n${report}`);
  await shot(auditor, 'journey-evidence-downloaded');

  // ---- 13. the next term from this one's copy: four clicks
  await clerk.goto(class_);
  clicks = 0;
  await click(clerk, link(clerk, '照此再办一期'));
  await clerk.getByLabel('学员名册').setInputFiles({ name: '花名册.xlsx', mimeType: WORKBOOK, buffer: workbook(rows.slice(0, -1).map(row => [row[0], row[0] === '姓名' ? row[1] : id(600 + rows.indexOf(row)), row[2], row[3]])) });
  await look(clerk, 'class-copy');
  await click(clerk, clerk.getByLabel('名册上学员本人签字的承诺书已经收齐'));
  await click(clerk, button(clerk, '保存，核对后提交'));
  await click(clerk, button(clerk, '承诺并提交'));
  await says(clerk, '已提交');
  must(clicks <= 4, `an application from a copy took ${clicks} clicks`);

  const errors = contexts.flatMap(one => one.errors);
  must(!errors.length, errors.join('; '));
  for (const one of contexts) await one.context.close();
  return findings;
}
