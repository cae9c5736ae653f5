// The runs of one cell.
import {get, throttled} from './data.js';
import {h, address, crumbs, fill, fixed, number, plural, verdict} from './dom.js';

export async function show(root, {query}, id, row, column) {
  const training = query.get('training') ?? '';
  const up = address('audits', id) + (training ? `?training=${training}` : '');

  async function draw() {
    const cell = await get('audits', id, 'cells', row, column);
    const runs = cell.runs.filter(r => !training || r.training === training);
    const focused = document.activeElement?.dataset.key;
    fill(root,
        crumbs(['Audits', up], [cell.row.title]),
        h('header.head', {}, h('div', {},
            h('h1', {}, cell.row.title, ' ', h('span.with', {}, `with ${cell.column.tool} ${cell.column.note}`.trim())),
            cell.description ? h('p.about', {}, cell.description) : null,
            h('p.facts', {}, [plural(runs.length, 'run'), training].filter(Boolean).join(' · ')))),
        h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Runs'}, h('table.list', {},
            h('caption.hidden', {}, 'Runs'),
            h('thead', {}, h('tr', {}, [['Target'], ['Run', 'right'], ['Verdict'], ['Claims'], ['Effect', 'right'], ['Replies', 'right'], ['Tokens', 'right']]
                .map(([t, side]) => h('th', {scope: 'col', class: side}, t)))),
            h('tbody', {}, runs.map((r, i) => line(r, i, runs[i - 1]))))));
    if (focused) root.querySelector(`[data-key="${focused}"]`)?.focus({preventScroll: true});
    return cell;
  }

  function line(r, i, before) {
    return h('tr', {class: before && before.target !== r.target ? 'next' : undefined},
        h('th', {scope: 'row'}, h('a', {href: address('audits', id, 'run', r.seq), data: {nav: '', key: r.seq}}, r.target)),
        h('td.right', {}, r.run),
        h('td', {}, verdict(r.verdict)),
        h('td.claims', {}, r.claims.length ? r.claims.map(c => h(`span.claim.${c.grade || 'open'}`, {title: c.grade}, c.name)) : h('span.muted', {}, 'nothing claimed')),
        h('td.right', {}, r.effect ? fixed(r.effect) : ''),
        h('td.right', {}, number(r.replies)),
        h('td.right', {}, number(r.tokens)));
  }

  const cell = await draw();
  const again = throttled(draw);
  return {title: `${cell.row.title}, ${cell.column.tool}`, up, update: what => what.id === id && again()};
}
