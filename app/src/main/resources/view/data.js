// Documents below data/, which a server answers or an export holds as files.

export class Missing extends Error {}

async function json(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Missing('The server does not answer. It was stopped, or the connection is gone.');
  }
  if (response.ok) return response.json();
  let why = '';
  try {
    why = (await response.json()).error;
  } catch { /* an answer of another server than ours */ }
  throw new Missing(why || `There is no such document (${response.status}).`);
}

export const get = (...parts) => json('data/' + parts.map(encodeURIComponent).join('/') + '.json');

/** Asks the live model. */
export const ask = (what, question, signal) => json(`live/${what}`,
    {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(question), signal});

export const search = (id, words, from) =>
    json(`search/${encodeURIComponent(id)}?q=${encodeURIComponent(words)}&from=${from}`);

/**
 * Tells of changes in folders while the page is on the screen. A page that is not gives its connection back: a browser has six for
 * all tabs of one server, and the seventh tab would wait for ever.
 */
export function listen(tell, state) {
  let source;
  const close = () => {
    source?.close();
    source = undefined;
  };
  const follow = () => {
    if (document.visibilityState !== 'visible') return close();
    if (source) return;
    source = new EventSource('events');
    source.onopen = () => state(true);
    source.onerror = () => state(false);
    for (const kind of ['audits', 'shelf', 'research'])
      source.addEventListener(kind, e => tell(kind, JSON.parse(e.data)));
  };
  document.addEventListener('visibilitychange', follow);
  addEventListener('pagehide', close);
  addEventListener('pageshow', follow);
  follow();
}

/** Runs at once, then at most once in a while, and once more at the end. */
export function throttled(run, pause = 400) {
  let waiting = false;
  let again = false;
  return async function call() {
    if (waiting) {
      again = true;
      return;
    }
    waiting = true;
    await run();
    setTimeout(() => {
      waiting = false;
      if (again) {
        again = false;
        call();
      }
    }, pause);
  };
}
