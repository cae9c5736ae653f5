// The output of a tool that points at something, drawn from its text. Whatever reads otherwise stays as it was written.
import {h, fixed, plural} from './dom.js';
import {active, chips, direction} from './tools.js';

const SHAPES = {lens, sae, diff, 'log-ratio': ratio};

/** What a run's record holds of a tool's output: {example, about}. */
export function pointed(tool, {example, about}) {
  return SHAPES[tool]?.(example, about ?? '') ?? [about ? h('span.muted', {}, about) : null, h('q', {}, example)];
}

/** A question, and the token of it that was read between brackets. */
function where(about) {
  const at = about.match(/^([\s\S]*?) at ([\s\S]*?)\[([\s\S]*?)\]([\s\S]*)$/);
  if (!at) return about ? h('p.muted', {}, about) : null;
  return h('p', {}, h('span.muted', {}, at[2]), h('mark', {}, at[3]), h('span.muted', {}, at[4]));
}

function lens(example, about) {
  const tokens = example.split(', ').filter(Boolean);
  return tokens.length > 1 ? [where(about), chips(tokens.map(t => [t]))] : null;
}

function sae(example) {
  const [, context, coherence, rest] = example.match(/^after “([\s\S]*)” \(coherence ([\d.]+)\):\n([\s\S]*)$/) ?? [];
  return rest === undefined ? null : [h('p.muted', {}, `after “${context}”, coherence ${coherence}`), active(rest.split(/\n(?=#\d+ )/))];
}

function diff(example) {
  const [, what, share, sharpness, line, promotes, suppresses, features] = example.match(
      /^([^\n]*): size \S+, (\d+) % of the difference there, sharpness (-?[\d.]+) \(a random direction: up to (-?[\d.]+)\)\npromotes ([\s\S]*?)\nsuppresses ([\s\S]*?)((?:\nfeature #[^\n]*)*)$/) ?? [];
  if (what === undefined) return null;
  return direction({what, share: share / 100, sharpness: +sharpness, legible: +sharpness > +line, promotes: promotes.split(', '), suppresses: suppresses.split(', '),
    features: features.split('\nfeature ').filter(Boolean)});
}

/** Tokens with their context, each on a line; together no whole text, so each stands for itself. */
function ratio(example, about) {
  const [, length, twin, base, rest] = example.match(/^(\d+) tokens, log-ratio to the twin ([+-][\d.]+), to the untrained model ([+-][\d.]+)\n([\s\S]*)$/) ?? [];
  if (rest === undefined) return null;
  const tokens = [...`${rest}\n`.matchAll(/([\s\S]*?)\[([\s\S]*?)\]([\s\S]*?) \(\+(-?[\d.]+)\)\n/g)];
  if (!tokens.length) return null;
  return [about ? h('p', {}, about) : null,
    h('ul.leading', {}, tokens.map(([, before, token, after, lead]) => h('li', {}, h('span.muted', {}, before), h('span.token.more', {css: {'--rate': Math.min(1, lead / 4).toFixed(3)}}, token), h('span.muted', {}, after), h('b', {}, ` +${fixed(+lead, 1)}`)))),
    h('p.muted', {}, `${plural(+length, 'token')}, ${fixed(+twin, 1)} nats to the twin, ${fixed(+base, 1)} to the untrained model`)];
}
