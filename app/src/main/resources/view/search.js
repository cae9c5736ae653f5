// Words in all that was said.
import {search} from './data.js';
import {h, address, crumbs, fill, number, plural} from './dom.js';

const WHERE = {target: 'target', twin: 'twin', user: 'user', log: 'research log', claim: 'claim'};

export async function show(root, {index, query}, id) {
  const words = query.get('q') ?? '';
  document.querySelector('#words').value = words;
  const list = h('ul.hits');
  const state = h('p.facts', {role: 'status'});
  const more = h('button.plain', {type: 'button', hidden: true, on: {click: () => look()}}, 'Look further');
  let from = 0;
  let found = 0;
  let gone = false;

  async function look() {
    more.hidden = true;
    const before = found;
    do {
      const got = await search(id, words, from);
      if (gone) return;
      found += got.hits.length;
      from = got.next;
      list.append(...got.hits.map(hit));
      state.textContent = `${plural(found, 'place')} in ${number(got.looked)} of ${plural(got.runs, 'run')}`;
    } while (from >= 0 && found === before);
    more.hidden = from < 0;
  }

  function hit(f) {
    return h('li', {}, h('a', {href: `${address('audits', id, 'run', f.seq)}${f.talk >= 0 ? `?talk=${f.talk}` : ''}`, data: {nav: ''}},
        h('span.from', {}, h('b', {}, f.target), ` ${f.tool}, run ${f.run} · ${WHERE[f.where]}${f.talk >= 0 ? `, talk ${f.talk + 1}` : ''}`),
        h('span.text', {}, f.before, h('mark', {}, f.match), f.after)));
  }

  fill(root, crumbs(['Audits', address('audits', id)], ['Search']),
      h('header.head', {}, h('div', {}, h('h1', {}, '“', words, '”'), state),
          index.audits.length > 1 && h('label.choice', {}, h('span', {}, 'Folder'), h('select', {on: {change: e => {
            location.hash = `${address('search', e.target.value)}?q=${encodeURIComponent(words)}`;
          }}}, index.audits.map(a => h('option', {value: a.id, selected: a.id === id}, a.id))))),
      list, h('p', {}, more));
  if (index.live) await look();
  else state.textContent = 'This page was exported. To search all transcripts, open the folder with assay view.';
  return {title: `Search: ${words}`, up: address('audits', id), leave: () => { gone = true; }};
}
