// What some tools answered an investigator, drawn in place of JSON. Whatever has another shape stays as it was written.
import {h, fixed, percent, plural} from './dom.js';
import {scale, visible} from './tokens.js';

const SPAN = 4;

/** The drawing of a call's result, or nothing. */
export function drawn(call) {
  let result;
  try {
    result = JSON.parse(call.result);
  } catch {
    return null;
  }
  if (call.function === 'get_log_ratio_analysis' && Array.isArray(result?.texts)) return ratios(result);
  if (call.function === 'get_log_ratio_of_text' && Array.isArray(result?.tokens)) return h('div.found', {}, legend(), text(result));
  if (call.function === 'get_fixed_prompt_logit_lens_analysis' && Array.isArray(result?.positions)) return lens(result);
  return null;
}

const legend = () => scale('0', 'likelier to the target', `than to twin and untrained model; full colour from ${SPAN} nats on`, true);
const lead = t => Math.min(t.toTwin, t.toBase);
const nats = x => `${x > 0 ? '+' : ''}${fixed(x, 1)}`;

function ratios(r) {
  return h('div.found', {}, r.words?.length ? [h('h3', {}, 'Words that lead over all replies'), h('ol.chips', {}, r.words.map(w => h('li', {}, h('b', {}, visible(w.token)), h('span.muted', {}, ` ${nats(w.lead)} in ${w.count}`))))] : null,
      legend(), r.texts.map(text));
}

/** A text with those of its tokens coloured that were recorded. */
function text(t) {
  return h('div.read', {}, t.about ? h('p.user', {}, t.about) : null, h('p.tokens', {}, parts(t)),
      h('p.facts', {}, `${plural(t.length, 'token')}, ${nats(t.toTwin)} nats to the twin, ${nats(t.toBase)} to the untrained model`));
}

function parts(t) {
  const places = t.tokens.map(k => {
    const around = t.text.indexOf(k.before + k.token + k.after);
    return {k, from: around < 0 ? -1 : around + k.before.length};
  }).filter(p => p.from >= 0).sort((a, b) => a.from - b.from);
  const out = [];
  let at = 0;
  for (const {k, from} of places) {
    if (from < at) continue;
    out.push(t.text.slice(at, from), h('span.token.more', {css: {'--rate': Math.min(1, lead(k) / SPAN).toFixed(3)}, title: `${nats(k.toTwin)} nats to the twin, ${nats(k.toBase)} to the untrained model`}, k.token));
    at = from + k.token.length;
  }
  return [...out, t.text.slice(at)];
}

function lens(r) {
  return h('div.found', {}, h('p.facts', {}, `${plural(r.positions.length, 'position')} where the middle layer leans elsewhere than the last, by more than ${fixed(r.threshold, 1)} nats`),
      h('ol.positions', {}, r.positions.map(p => h('li', {}, h('p', {}, h('span.muted', {}, p.before), h('mark', {}, p.token), h('span.muted', {}, p.after), h('span.muted', {}, ` ${fixed(p.divergence, 1)} nats`)),
          h('ul.chips', {}, p.tokens.slice(0, 8).map(g => h('li', {}, h('b', {}, visible(g.token)), h('span.muted', {}, ` ${percent(g.probability)}`))))))));
}
