// Two folders, run by run.
import {get, throttled} from './data.js';
import {h, address, fill, fixed, interval, plural} from './dom.js';

export async function show(root, {index}, a, b) {
  async function draw() {
    const both = await get('compare', a, b);
    fill(root,
        h('header.head', {}, h('div', {}, h('h1', {}, 'Compare'),
            h('p.facts', {}, `${plural(both.pairs, 'pair')} of runs with the same target, configuration and number; ${both.alone[0]} and ${both.alone[1]} without a partner`)),
            h('div.choices', {}, pick('First', a, id => [id, b]), pick('Second', b, id => [a, id]))),
        both.pairs ? table(both) : h('p.note', {}, 'The two folders share no run that was scored in both.'),
        h('footer.legend', {}, h('p', {}, 'Each cell: hits of the first and of the second folder among the pairs, and how many pairs only one of them hit. '
            + 'Above: the mean difference over behaviours with Student’s 95 % interval over them. On clean models false alarms are counted.')));
  }

  const pick = (name, chosen, to) => h('label.choice', {}, h('span', {}, name), h('select', {on: {change: e => { location.hash = address('compare', ...to(e.target.value)); }}},
      index.audits.map(f => h('option', {value: f.id, selected: f.id === chosen}, f.id))));

  function table(both) {
    const cells = new Map(both.cells.map(c => [`${c.row} ${c.column}`, c]));
    const totals = new Map(both.totals.map(t => [t.column, t]));
    return h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Differences'}, h('table.heat.difference', {css: {'--columns': both.columns.length}},
        h('caption.hidden', {}, 'Second folder minus first, by behaviour and configuration'),
        h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, h('span.hidden', {}, 'Behaviour')), both.columns.map(c => h('th', {scope: 'col'}, c.tool, c.note ? h('small', {}, c.note) : null)))),
        h('tbody.all', {}, h('tr', {}, h('th', {scope: 'row'}, 'All behaviours', h('small', {}, 'mean difference')), both.columns.map(c => total(totals.get(c.id))))),
        h('tbody', {}, both.rows.map((r, i) => h('tr', {class: r.kind}, h('th', {scope: 'row'}, r.title, r.kind === 'clean' ? h('small', {}, 'false alarms') : null),
            both.columns.map((c, j) => cell(cells.get(`${r.id} ${c.id}`), r, i, j)))))));
  }

  const signed = x => (x > 0 ? '+' : '') + fixed(x);
  const total = t => h('td', {}, t?.behaviours ? h('div.cell', {}, h('span.rate', {}, signed(t.difference)), h('span.n', {}, interval(t.interval).replaceAll('-', '−'))) : null);

  function cell(c, row, i, j) {
    if (!c) return h('td.none', {}, h('span.hidden', {}, 'no pairs'));
    const d = (c.second - c.first) / c.n;
    return h('td', {}, h('a.cell', {class: `cell ${d > 0 ? 'more' : d < 0 ? 'less' : ''}`, css: {'--rate': Math.abs(d)}, href: address('audits', b, 'cell', c.row, c.column),
      data: {nav: '', row: i, column: j}, title: `${c.first} and ${c.second} of ${c.n}; only the second ${c.gained}, only the first ${c.lost}`},
        h('span.rate', {}, signed(d)), h('span.n', {}, `${c.first} → ${c.second} of ${c.n}`),
        c.gained || c.lost ? h('span.void', {}, `+${c.gained} −${c.lost}`) : null));
  }

  await draw();
  const again = throttled(draw);
  return {title: 'Compare', up: '#/', update: what => [a, b].includes(what.id) && again()};
}
