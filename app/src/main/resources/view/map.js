// The front door: behaviours by configurations.
import {get, Missing, throttled} from './data.js';
import {h, address, fill, interval, isNumber, number, percent, plural} from './dom.js';
import {whisker} from './charts.js';

export async function showMap(root, {index, query}, id) {
  const of = index.audits.find(a => a.id === id);
  if (!of) throw new Missing(`There are no audits named ${id}.`);
  let training = query.get('training') ?? '';
  let before = new Map();

  async function draw() {
    const map = training ? await get('audits', id, 'map', training) : await get('audits', id, 'map');
    const focused = document.activeElement?.dataset.key;
    fill(root, head(map), map.rows.length ? table(map) : nothing(), legend());
    if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
    flash(map);
  }

  function head(map) {
    const behaviours = map.rows.filter(r => r.kind === 'behaviour').length;
    return h('header.head', {},
        h('div', {},
            h('h1', {}, 'Audits'),
            h('p.facts', {}, [plural(of.runs, 'run'), plural(map.rows.reduce((n, r) => n + r.targets, 0), 'target'),
              plural(behaviours, 'behaviour'), plural(map.columns.length, 'configuration')].join(' · ')),
            of.statics.length ? h('p.facts', {}, of.statics.map(s => h('a', {href: address('audits', s, 'static')}, s === id ? 'Tools without an agent' : `Tools without an agent, kept in ${s}`))) : null,
            of.read < 1 ? h('p.reading', {}, `Reading the folder: ${percent(of.read)}`,
                h('progress', {value: of.read, 'aria-label': 'read'})) : null,
            of.trouble ? h('p.trouble', {}, of.trouble) : null),
        h('div.choices', {}, folders(), trainings(map)));
  }

  function folders() {
    return index.audits.length > 1 && h('label.choice', {}, h('span', {}, 'Folder'), h('select', {
      on: {change: e => { location.hash = address('audits', e.target.value); }}},
        index.audits.map(a => h('option', {value: a.id, selected: a.id === id}, a.id))));
  }

  function trainings(map) {
    if (map.trainings.length < 2) return null;
    return h('div.segments', {role: 'group', 'aria-label': 'Training of the targets'},
        ['', ...map.trainings].map(t => h('button', {type: 'button', 'aria-pressed': String(t === training), on: {click: () => {
          training = t;
          history.replaceState(null, '', address('audits', id) + (t ? `?training=${t}` : ''));
          before = new Map();
          draw();
        }}}, t || 'all')));
  }

  function table(map) {
    const cells = new Map(map.cells.map(c => [`${c.row} ${c.column}`, c]));
    const totals = new Map(map.totals.map(t => [t.column, t]));
    const guilty = map.totals.some(t => t.runs > 0);
    return h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Heat map'}, h('table.heat', {css: {'--columns': map.columns.length}},
        h('caption.hidden', {}, 'Share of scored runs that found the hidden behaviour, by behaviour and configuration'),
        h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, h('span.hidden', {}, 'Behaviour')), map.columns.map(c =>
            h('th', {scope: 'col'}, c.tool, c.note ? h('small', {}, c.note) : null)))),
        guilty ? h('tbody.all', {}, h('tr', {}, h('th', {scope: 'row'}, 'All behaviours', h('small', {}, 'mean over behaviours')),
            map.columns.map(c => total(totals.get(c.id))))) : null,
        h('tbody', {}, map.rows.map((r, i) => h('tr', {class: r.kind},
            h('th', {scope: 'row'}, r.title, h('small', {}, r.kind === 'clean' ? 'false alarms' : plural(r.targets, 'target'))),
            map.columns.map((c, j) => cell(cells.get(`${r.id} ${c.id}`), r, c, i, j)))))));
  }

  function cell(c, row, column, i, j) {
    if (!c) return h('td.none', {}, h('span.hidden', {}, 'no runs'));
    const rate = c.n ? c.hits / c.n : NaN;
    const words = c.n ? `${percent(rate)} of ${plural(c.n, 'run')}, 95 % interval ${interval(c.wilson)}` : plural(c.unknown + c.voids, 'run');
    return h('td', {}, h('a.cell', {
      href: address('audits', id, 'cell', c.row, c.column) + (training ? `?training=${training}` : ''),
      css: {'--rate': isNumber(rate) ? rate : 0},
      title: `${row.title}, ${column.tool}: ${words}${c.near ? `; ${c.near} near` : ''}; chance ${percent(c.chance)}`,
      data: {nav: '', key: `${c.row} ${c.column}`, row: i, column: j}},
        h('span.rate', {}, c.n ? percent(rate) : '?'),
        h('span.n', {}, c.n ? `n ${number(c.n)}` : plural(c.unknown, 'run')),
        c.n ? whisker({rate, low: c.wilson.low, high: c.wilson.high, chance: row.kind === 'clean' ? undefined : c.chance}) : null,
        c.n ? h('span.hidden', {}, interval(c.wilson)) : null,
        c.voids ? h('span.void', {}, `${c.voids} void`) : null));
  }

  function total(t) {
    if (!t || !t.runs) return h('td', {});
    return h('td', {}, h('div.cell', {title: `${plural(t.runs, 'scored run')}; chance ${percent(t.chance)}; precision ${percent(t.precision)}`},
        h('span.rate', {}, percent(t.recall)),
        h('span.n', {}, `n ${number(t.runs)}`),
        whisker({rate: t.recall, low: t.interval?.low, high: t.interval?.high, chance: t.chance}),
        h('span.hidden', {}, interval(t.interval)),
        t.voids > 0 ? h('span.void', {}, `${percent(t.voids)} void`) : null));
  }

  /** Cells whose counts changed since the last drawing light up for a moment. */
  function flash(map) {
    const now = new Map(map.cells.map(c => [`${c.row} ${c.column}`, c.n + c.voids + c.unknown]));
    if (before.size)
      for (const [key, n] of now)
        if (before.get(key) !== n) root.querySelector(`[data-key="${CSS.escape(key)}"]`)?.classList.add('changed');
    before = now;
  }

  await draw();
  return {title: 'Audits', update: throttledFor(id, throttled(draw)), up: '#/'};
}

const throttledFor = (id, run) => what => what.id === id && run();
const nothing = () => h('p.note', {}, 'No audit has ended in this folder yet. Each shows here as it ends.');

function legend() {
  return h('footer.legend', {},
      h('p', {}, whisker({rate: 0.62, low: 0.4, high: 0.8, chance: 0.08}), ' share of scored runs that hit, Wilson’s 95 % interval; the tick is chance: as many random picks of the bank.'),
      h('p', {}, 'The interval of a cell speaks of its targets; that of a whole column is bootstrapped over behaviours. Void runs count for nothing.'));
}
