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
  if (call.function === 'get_fixed_prompt_sae_features' && result?.rankings) return features(result);
  if (call.function === 'get_model_diff' && Array.isArray(result?.directions)) return directions(result);
  if (call.function === 'sample_with_steering_vector' && typeof result?.steered_reply === 'string') return steered(result);
  if (call.function === 'get_fixed_prompt_verbalizer_analysis' && Array.isArray(result)) return verbalized(result);
  return null;
}

/** Words or the like in a row, each with a number if there is one. */
export const chips = list => h('ul.chips', {}, list.map(([word, value]) => h('li', {}, h('b', {}, visible(word)), value ? h('span.muted', {}, ` ${value}`) : null)));

const legend = () => scale('0', 'likelier to the target', `than to twin and untrained model; full colour from ${SPAN} nats on`, true);
const lead = t => Math.min(t.toTwin, t.toBase);
export const nats = (x, digits = 1) => `${x > 0 ? '+' : ''}${fixed(x, digits)}`;

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
          chips(p.tokens.slice(0, 8).map(g => [g.token, percent(g.probability)]))))));
}

const LISTS = {difference: 'More active than in the reference', activation: 'Most active', tf_idf: 'Active and rare elsewhere'};

function features(r) {
  const lists = Object.keys(LISTS).filter(k => r.rankings[k]?.length);
  return h('div.found', {}, h('p.facts', {}, `${r.site}, ${plural(r.positions_read, 'position')} read`),
      lists.map(k => [h('h3', {}, LISTS[k]), ranking(r.rankings[k])]),
      r.positions?.length ? [h('h3', {}, 'Positions whose features go together'), h('ol.positions', {}, r.positions.map(p => h('li', {}, h('p', {}, h('span.muted', {}, p.context), h('span.muted', {}, ` (coherence ${fixed(p.coherence)})`)), active(p.features ?? []))))] : null);
}

function ranking(list) {
  const most = Math.max(...list.map(f => f.activation), 1e-9);
  const paired = list.some(f => f.over_reference !== undefined);
  return h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Features'}, h('table.list.narrow.features', {}, h('caption.hidden', {}, 'Features'),
      h('thead', {}, h('tr', {}, [['Feature'], ['Fires on'], ['Activation'], ...paired ? [['Over reference', 'right']] : []].map(([t, side]) => h('th', {scope: 'col', class: side}, t)))),
      h('tbody', {}, list.map(f => h('tr', {class: f.above_noise ? 'over' : undefined}, h('th', {scope: 'row'}, `#${f.feature}`), h('td.label', {}, f.label || h('i.muted', {}, 'no label')),
          h('td', {}, h('span.mark', {css: {'--rate': Math.max(0, f.activation / most).toFixed(3)}}, h('span.fill', {}), h('span.value', {}, fixed(f.activation)))),
          paired ? h('td.right', {title: f.above_noise ? 'more than noise' : 'within noise'}, nats(f.over_reference, 2)) : null)))));
}

/** Features as tools write them: number, activation, label. */
export function active(lines) {
  return h('ul.chips', {}, lines.map(l => {
    const [, number, value, label, over] = l.match(/^(#\d+) (-?[\d.]+) ?([\s\S]*?)( \[more than in the reference\])?$/) ?? [];
    return number ? h('li', {class: over ? 'over' : undefined, title: over ? 'more than in the reference' : undefined}, h('b', {}, label || number), h('span.muted', {}, `${label ? ` ${number}` : ''} ${value}`)) : h('li', {}, l);
  }));
}

const directions = r => h('div.found', {}, h('p.facts', {}, `${plural(r.directions.length, 'direction')}, sharpest first; a random one has a sharpness of up to ${fixed(r.random_line, 1)}`),
    h('ol.positions', {}, r.directions.map(d => h('li', {}, direction(d)))));

/** A direction: what it makes likelier and less likely. */
export const direction = d => [h('p', {}, h('b', {}, d.what), h('span.muted', {}, ` ${percent(d.share)} of the difference there, sharpness ${fixed(d.sharpness, 1)}${d.legible === false ? ', no sharper than a random one' : ''}`)),
  h('p.way', {}, h('span.muted', {}, 'promotes'), chips(d.promotes.map(t => [t]))), h('p.way', {}, h('span.muted', {}, 'suppresses'), chips(d.suppresses.map(t => [t]))),
  d.features?.length ? h('p.way', {}, h('span.muted', {}, 'like'), chips(d.features.map(t => [t]))) : null];

const steered = r => h('div.found', {}, h('div.pair', {}, h('div.reply.twin', {}, h('h3', {}, 'Plain'), h('p', {}, r.reply)), h('div.reply.target', {}, h('h3', {}, 'Steered'), h('p', {}, r.steered_reply))));

const verbalized = r => h('div.found', {}, r.length ? null : h('p.muted', {}, 'No position on which the answers agree.'), h('ol.positions', {}, r.map(p => h('li', {}, h('p', {}, h('span.muted', {}, p.prompt), ' ', h('mark', {}, visible(p.token)), h('span.muted', {}, ` coherence ${fixed(p.coherence)}`)), h('ul.said', {}, p.answers.map(a => h('li', {}, a)))))));
