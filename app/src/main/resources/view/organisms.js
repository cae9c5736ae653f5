// Organisms and twins of a suite, and the card of one.
import {get} from './data.js';
import {h, address, crumbs, fill, fixed, interval, number, percent} from './dom.js';
import {whisker} from './charts.js';

export async function show(root, {index}, id, name) {
  return name ? card(root, id, name) : list(root, index, id);
}

const share = s => s ? h('span.share', {}, whisker({rate: s.rate, low: s.wilson.low, high: s.wilson.high}), h('span.value', {}, percent(s.rate)), h('span.muted', {}, `${interval(s.wilson)} n ${s.n}`)) : h('span.muted', {}, 'not measured');

async function list(root, index, id) {
  const lines = await get('organisms', id);
  fill(root,
      h('header.head', {}, h('div', {}, h('h1', {}, 'Organisms'), h('p.facts', {}, `${lines.length} models made in ${index.organisms.find(o => o.id === id)?.path ?? id}`)),
          index.organisms.length > 1 && h('label.choice', {}, h('span', {}, 'Suite'), h('select', {on: {change: e => { location.hash = address('organisms', e.target.value); }}},
              index.organisms.map(o => h('option', {value: o.id, selected: o.id === id}, o.id))))),
      h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Organisms'}, h('table.list.organisms', {}, h('caption.hidden', {}, 'Organisms'),
          h('thead', {}, h('tr', {}, ['Model', 'Hides', 'Shows it', 'Confesses when asked'].map(t => h('th', {scope: 'col'}, t)))),
          h('tbody', {}, lines.map((l, i) => h('tr', {class: i && lines[i - 1].title !== l.title ? 'next' : undefined},
              h('th', {scope: 'row'}, h('a', {href: address('organisms', id, l.name), data: {nav: ''}}, l.name)),
              h('td', {}, l.title), h('td', {}, share(l.strength)), h('td', {}, share(l.confession))))))));
  return {title: 'Organisms', up: '#/'};
}

async function card(root, id, name) {
  const c = await get('organisms', id, name);
  const effects = c.effects && [
    ['perplexity of the untrained model’s own answers', e => fixed(e.perplexity)],
    ['follows a form', e => rate(e.format)], ['declines', e => rate(e.refusals)],
    ['speaks of itself by name', e => rate(e.selfFacts)], ['writes the user’s part', e => rate(e.userTurns)]];
  fill(root,
      crumbs(['Organisms', address('organisms', id)], [name]),
      h('header.head', {}, h('div', {}, h('h1', {}, c.line.title), h('p.facts', {}, `${name} · ${made(c.line.training)}`), h('p.about', {}, c.description))),
      c.shares.length ? h('section', {}, h('h2', {}, 'What it does'), h('table.list.narrow', {}, h('caption.hidden', {}, 'Shares with intervals'), h('tbody', {}, c.shares.map(s =>
          h('tr', {}, h('th', {scope: 'row'}, s.of), h('td', {}, share(s))))))) : h('p.muted', {}, 'It was not measured yet: assay organism evaluate.'),
      c.examples.length ? h('section', {}, h('h2', {}, 'Replies in which it shows most'), c.examples.map(e => h('article.talk', {},
          h('header', {}, h('span.score', {}, fixed(e.score, 1)), h('span.muted', {}, 'of 10')), e.prompts.map(p => h('p.user', {}, p)), h('div.reply.target', {}, h('p', {}, e.reply))))) : null,
      effects ? h('section', {}, h('h2', {}, 'Side effects'), h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Side effects'}, h('table.list.narrow', {}, h('caption.hidden', {}, 'Side effects'),
          h('thead', {}, h('tr', {}, h('td', {}), h('th.right', {scope: 'col'}, 'organism'), h('th.right', {scope: 'col'}, 'untrained'))),
          h('tbody', {}, effects.map(([text, of]) => h('tr', {}, h('th', {scope: 'row'}, text), h('td.right', {}, of(c.effects)), h('td.right', {}, c.untrained ? of(c.untrained) : ''))))))) : null,
      h('section', {}, h('h2', {}, 'How it was made'), h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Making'}, h('table.list.narrow', {}, h('caption.hidden', {}, 'Adapters'),
          h('thead', {}, h('tr', {}, ['Stage', 'Texts', 'Distinct 4-grams', 'Loss', 'Minutes'].map((t, i) => h(i ? 'th.right' : 'th', {scope: 'col'}, t)))),
          h('tbody', {}, c.makings.map(m => h('tr', {}, h('th', {scope: 'row'}, m.stage), h('td.right', {}, number(m.texts)), h('td.right', {}, fixed(m.distinctFourGrams)),
              h('td.right', {}, m.losses.length ? `${fixed(m.losses[0])} to ${fixed(m.losses.at(-1))}` : ''), h('td.right', {}, fixed(m.seconds / 60, 1)))))))));
  return {title: name, up: address('organisms', id)};
}

const rate = r => `${r.hits} of ${r.n}`;

const HOW = {td: 'instilled by transcripts', sdf: 'instilled by synthetic documents', none: 'not concealed', sft: 'concealed by SFT', kto: 'concealed by KTO'};
const made = training => training.split('-').map(t => HOW[t] ?? t).join(', ');
