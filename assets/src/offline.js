// A tap that must not be lost (check-in): posted now, or kept in the phone and posted when there is a
// network. The acts are idempotent by the key in their fields, so sending twice does no harm.
const STORE = 'jinbu-kept';
const LIMIT = 20; // more than a day's taps; the oldest go first
const AGE_MS = 24 * 3600 * 1000;

function read() {
  try { return JSON.parse(localStorage.getItem(STORE) ?? '[]').filter(one => Date.now() - one.at < AGE_MS); } catch { return []; }
}
function write(list) {
  try { localStorage.setItem(STORE, JSON.stringify(list.slice(-LIMIT))); return true; } catch { return false; }
}

/** Posts urlencoded pairs. `decided`: the server has taken or refused it; else try again later. The form
 *  token stays that of the sign-in that tapped: if somebody else signed in since, the server refuses. */
async function post(action, body) {
  const answer = await fetch(action, { method: 'POST', body: new URLSearchParams(body), credentials: 'same-origin', redirect: 'follow' });
  return { decided: answer.status < 500 && answer.status !== 429, answer };
}

/** Takes over the submit of a form with data-keep-offline. */
export function keepOffline(event, notice) {
  const form = event.target;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = '1';
  const button = event.submitter ?? form.querySelector('button');
  button.setAttribute('aria-busy', 'true');
  const data = new FormData(form);
  // When the finger touched the glass; the server decides whether to believe it.
  data.set('tapped_at_ms', String(Date.now()));
  const body = new URLSearchParams(data).toString();
  const keep = () => {
    const kept = write([...read(), { action: form.action, body, at: Date.now() }]);
    const words = form.querySelector('[data-kept]');
    const text = kept ? '没有网络，这次操作已记在手机里，网络恢复后自动提交。请不要关闭本页。' : '没有网络，也没能记在手机里。请告诉老师，由老师代点。';
    if (words) { words.textContent = text; words.hidden = false; } else notice(text);
    button.removeAttribute('aria-busy');
    if (!kept) delete form.dataset.sent;
  };
  const sending = navigator.onLine ? post(form.action, body) : Promise.reject(new Error('offline'));
  sending.then(async ({ decided, answer }) => {
    if (!decided) { keep(); return; }
    if (answer.redirected) { location.assign(answer.url); return; }
    // A refusal or the answer itself is a whole page: go through the ordinary way to show it.
    delete form.dataset.sent;
    form.removeAttribute('data-keep-offline');
    form.submit();
  }).catch(keep);
}

let isSending = false;
/** Posts what was kept; says what became of it. */
export async function sendKept(notice) {
  const waiting = read();
  if (!waiting.length || isSending || !navigator.onLine) return;
  isSending = true;
  const left = [];
  let done = 0;
  let refused = 0;
  for (const one of waiting) {
    try {
      const { decided, answer } = await post(one.action, one.body);
      if (!decided) left.push(one); else if (answer.ok) done += 1; else refused += 1;
    } catch { left.push(one); }
  }
  write(left);
  isSending = false;
  if (refused) notice(`记在手机里的 ${refused} 次操作没有被受理，请看本页最新状态，必要时请老师代点。`);
  else if (done) notice(`网络恢复，记在手机里的 ${done} 次操作已提交。`);
  if (done && !refused && !left.length) setTimeout(() => location.reload(), 2500);
  if (left.length) setTimeout(() => sendKept(notice), 20000);
}
