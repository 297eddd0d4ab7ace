// Everything a page does beyond HTML. Pages work without it. Nothing is evaluated and nothing inline, so
// that it runs under `script-src 'self'; style-src 'self'`.
import htmx from 'htmx.org/dist/htmx.esm.js';
import { keepOffline, sendKept } from './offline.js';

Object.assign(htmx.config, {
  allowEval: false, includeIndicatorStyles: false, allowScriptTags: false, selfRequestsOnly: true, historyCacheSize: 0,
  // 422 and 409 carry the form or a page with words; they are shown like any answer.
  responseHandling: [
    { code: '204', swap: false },
    { code: '[23]..', swap: true },
    { code: '409', swap: true, error: false },
    { code: '422', swap: true, error: false },
    { code: '[45]..', swap: false, error: true },
  ],
});

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

/** A word at the bottom of the screen, read out by screen readers. */
function notice(text) {
  const bar = one('#jb-offline');
  if (!bar) return;
  if (text) bar.textContent = text;
  bar.hidden = !text;
}

// ---- confirm: a dialog before a form with data-confirm goes out ----
function ask(question, act, yes) {
  const dialog = document.createElement('dialog');
  dialog.className = 'jb-dialog';
  const words = document.createElement('p');
  words.id = 'jb-dialog-words';
  words.textContent = question;
  dialog.setAttribute('aria-labelledby', words.id);
  const row = document.createElement('div');
  row.className = 'jb-buttons';
  const button = (label, className) => {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = className;
    made.textContent = label;
    row.append(made);
    return made;
  };
  const no = button('先不办', 'btn jb-btn');
  const go = button(act, 'btn btn-primary jb-btn');
  no.addEventListener('click', () => dialog.close());
  go.addEventListener('click', () => { dialog.close(); yes(); });
  dialog.addEventListener('close', () => dialog.remove());
  dialog.append(words, row);
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}

document.addEventListener('submit', event => {
  const form = event.target;
  const submitter = event.submitter;
  const question = submitter?.dataset.confirm ?? form.dataset.confirm;
  // Nothing is asked of a form that will be refused: the server says what is missing.
  const complete = all('[required]', form).every(field => field.checkValidity());
  if (question && complete && !form.dataset.confirmed && typeof HTMLDialogElement === 'function') {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question, submitter?.firstChild?.textContent?.trim() || '办理', () => {
      form.dataset.confirmed = '1';
      form.requestSubmit(submitter ?? undefined);
      delete form.dataset.confirmed;
    });
    return;
  }
  if (form.method === 'get') return;
  if (form.hasAttribute('data-keep-offline')) { keepOffline(event, notice); return; }
  if (!navigator.onLine) { event.preventDefault(); notice('没有网络。已填的内容还在，网络恢复后再提交。'); return; }
  if (form.dataset.sent) { event.preventDefault(); return; }
  // Sent once: a second click does nothing. Disabled after the event, so that the button's value goes along.
  form.dataset.sent = '1';
  setTimeout(() => all('button[type=submit]', form).forEach(button => { button.setAttribute('aria-busy', 'true'); button.disabled = true; }));
}, true);

/** Makes forms usable again, e.g. after going back. */
function wake() {
  all('form[data-sent]').forEach(form => {
    delete form.dataset.sent;
    all('button[aria-busy]', form).forEach(button => { button.removeAttribute('aria-busy'); button.disabled = false; });
  });
}
addEventListener('pageshow', wake);
document.addEventListener('htmx:afterRequest', wake);

// ---- tables: pick all, count, and a whole row that opens ----
function count(form) {
  const boxes = all('tbody input[type=checkbox]', form);
  const picked = boxes.filter(box => box.checked).length;
  const words = one('[data-picked-count]', form);
  if (words) words.textContent = `已选 ${picked} 行`;
  const master = one('[data-pick-all]', form);
  if (master) { master.checked = picked > 0 && picked === boxes.length; master.indeterminate = picked > 0 && picked < boxes.length; }
}
document.addEventListener('change', event => {
  const form = event.target.closest?.('form[data-bulk]');
  if (!form) return;
  if (event.target.matches('[data-pick-all]')) all('tbody input[type=checkbox]', form).forEach(box => { box.checked = event.target.checked; });
  count(form);
});
document.addEventListener('click', event => {
  if (event.target.closest('[data-print]')) { print(); return; }
  const row = event.target.closest('tr[data-href]');
  if (!row || event.target.closest('a,button,input,label,select,summary,form form') || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href); else location.assign(row.dataset.href);
});

// ---- small things of a page, again after every swap ----
function countdown(element) {
  if (element.dataset.running) return;
  element.dataset.running = '1';
  let left = Number(element.dataset.countdown);
  const timer = setInterval(() => {
    left -= 1;
    if (left < 0 || !element.isConnected) { clearInterval(timer); return; }
    element.textContent = String(left);
  }, 1000);
}

function letters(area) {
  if (area.dataset.counting) return;
  area.dataset.counting = '1';
  const words = document.createElement('p');
  words.className = 'jb-field__count';
  words.setAttribute('aria-live', 'polite');
  area.after(words);
  const show = () => { words.textContent = `${[...area.value].length} / ${area.maxLength} 字`; };
  area.addEventListener('input', show);
  show();
}

/** Charts: the script is fetched only where there is room for it; a phone shows the table and offers it. */
function charts(root) {
  const waiting = all('[data-chart]:not([data-drawn])', root);
  if (!waiting.length || one('script[data-chart-script]')) return;
  const load = () => {
    const script = document.createElement('script');
    script.src = waiting[0].dataset.script;
    script.dataset.chartScript = '';
    document.head.append(script);
    all('[data-chart-offer]').forEach(button => button.remove());
  };
  if (innerWidth > 640) { load(); return; }
  waiting.forEach(element => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn jb-btn';
    button.dataset.chartOffer = '';
    button.textContent = '画成图';
    button.addEventListener('click', load);
    element.after(button);
  });
}

function settle(root) {
  all('[data-countdown]', root).forEach(countdown);
  all('textarea[data-count]', root).forEach(letters);
  all('form[data-bulk]', root).forEach(count);
  all('[data-print]', root).forEach(button => { button.hidden = false; });
  charts(root);
  one('[data-focus]', root)?.focus();
}

const offline = () => notice(navigator.onLine ? '' : '没有网络。已填的内容还在，网络恢复后再提交。');
addEventListener('offline', offline);
addEventListener('online', () => { offline(); sendKept(notice); });
document.addEventListener('htmx:sendError', () => notice('没连上服务器，页面上的内容可能不是最新的。'));
document.addEventListener('htmx:afterOnLoad', () => { if (navigator.onLine) notice(''); });
document.addEventListener('htmx:afterSwap', event => settle(event.detail.target?.isConnected ? event.detail.target : document));

const start = () => { settle(document); offline(); sendKept(notice); };
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', start); else start();
