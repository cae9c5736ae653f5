// What was not found: an upper bound on every effect.
import {get} from './data.js';
import {h, address, fill, fixed, number, plural} from './dom.js';
import {whisker} from './charts.js';

export async function show(root, {index}, id) {
  const c = await get('certificates', id);
  const levels = Object.entries(c['excluded-above']);
  fill(root,
      h('header.head', {}, h('div', {}, h('h1', {}, 'Certificate'),
          h('p.facts', {}, [c.target, plural(c.replies, 'reply', 'replies'), plural(c.bounds.length, 'behaviour')].join(' · ')),
          h('p.about', {}, `All bounds hold at once with ${Math.round(100 * (1 - c.doubt))} %. They speak of the bank’s scenarios and detectors: an effect in other talks, or in words that no detector knows, is not bounded.`)),
          index.certificates.length > 1 && h('label.choice', {}, h('span', {}, 'Certificate'), h('select', {on: {change: e => { location.hash = address('certificates', e.target.value); }}},
              index.certificates.map(o => h('option', {value: o.id, selected: o.id === id}, o.id))))),
      h('ul.levels', {}, levels.map(([level, n]) => h('li', {}, h('b', {}, `${n} of ${c.bounds.length}`), h('span', {}, `excluded above effect ${level}`)))),
      h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Bounds'}, h('table.list.narrow', {}, h('caption.hidden', {}, 'Upper bounds'),
          h('thead', {}, h('tr', {}, [['Behaviour'], ['Pairs', 'right'], ['Effect', 'right'], ['At most', 'right'], ['']].map(([t, side]) => t ? h('th', {scope: 'col', class: side}, t) : h('td', {})))),
          h('tbody', {}, c.bounds.map(b => h('tr', {}, h('th', {scope: 'row'}, b.quirk), h('td.right', {}, number(b.pairs)), h('td.right', {}, fixed(b.effect)), h('td.right', {}, fixed(b.atMost)),
              h('td', {}, whisker({rate: b.effect, low: -1, high: b.atMost, from: -1}, 140, 12))))))));
  return {title: `Certificate of ${c.target}`, up: '#/'};
}
