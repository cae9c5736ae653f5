// A research loop: what stands, what was tried and what came of it, while it runs.
import {get, throttled} from './data.js';
import {h, address, crumbs, fill, fixed, isNumber, number, percent, plural} from './dom.js';
import {pairs, whisker} from './charts.js';

export async function show(root, {index}, id, sprint) {
  const draw = sprint ? () => one(root, id, sprint) : () => board(root, index, id);
  const title = await draw();
  const again = throttled(draw, 1500);
  return {title, up: sprint ? address('research', id) : '#/', update: what => what.id === id && again()};
}

const KINDS = {promoted: 'good', 'equal with less': 'good', 'kept, not promoted': 'near', refuted: 'bad', void: 'bad', 'never ran': 'bad'};
const verdict = word => h(`span.outcome.${word ? KINDS[word] ?? 'plain-word' : 'open'}`, {}, word || 'under way');
const signed = (x, digits = 3) => {
  if (!isNumber(x)) return '–';
  const rounded = Number(x.toFixed(digits)) || 0;
  return (rounded > 0 ? '+' : '') + fixed(rounded, digits);
};
const range = i => i ? `[${signed(i.low)}, ${signed(i.high)}]` : '';
const stamp = name => name.replace(/^(\d{4}-\d\d-\d\d)--(\d\d)-(\d\d)-\d\d--.*$/, '$1 $2:$3');
const origin = word => word.toLowerCase().replaceAll('_', ' ');
const report = (id, name) => `reports/${encodeURIComponent(id)}/${encodeURIComponent(name)}.pdf`;

const effect = (e, most, stage) => [
  h('span.share', {}, whisker({rate: e.mean, low: e.interval?.low, high: e.interval?.high, from: -most, to: most}, 72, 12), h('span.value', {}, signed(e.mean))),
  h('small.muted', {}, [range(e.interval), plural(e.pairs, 'pair'), stage].filter(Boolean).join(' · '))];

const widest = effects => Math.max(0.02, ...effects.filter(Boolean).flatMap(e => [e.mean, e.interval?.low ?? 0, e.interval?.high ?? 0]).map(Math.abs));

async function board(root, index, id) {
  const b = await get('research', id);
  const {summary: sum} = b;
  const folder = index.research.find(r => r.id === id);
  const most = Math.min(0.5, widest(b.sprints.flatMap(x => [x.effect, x.held])));
  const figures = [['sprints', number(b.sprints.length)], ['promoted', number(sum.verdicts.promoted ?? 0)], ['runs', `${number(sum.runs)}${sum.voidRuns ? `, ${number(sum.voidRuns)} void` : ''}`],
    ['training', `${number(Math.round(sum.trainingSeconds / 60))} min`], ['control', sum.generation ? `generation ${sum.generation}` : 'the baseline'], ['noise floor', fixed(b.floor, 4)],
    ...Object.entries(sum.brier).map(([who, x]) => [`Brier score, ${who}`, fixed(x)])];
  fill(root,
      h('header.head', {}, h('div', {}, h('h1', {}, 'Research'), h('p.facts', {title: folder?.path}, [id, `worlds of ${b.protocol.family}`, `${number(b.protocol.samples)} samples a run`, sum.paused ? 'paused' : null].filter(Boolean).join(' · '))),
          index.research.length > 1 && h('label.choice', {}, h('span', {}, 'Workspace'), h('select', {on: {change: e => { location.hash = address('research', e.target.value); }}},
              index.research.map(r => h('option', {value: r.id, selected: r.id === id}, r.id))))),
      h('ul.levels', {}, figures.map(([name, value]) => h('li', {}, h('b', {}, value), h('span', {}, name)))),
      h('div.run', {},
          h('div.body', {}, h('section', {}, h('h2', {}, 'Sprints'), b.sprints.length ? sprints(b, id, most) : h('p.muted', {}, 'None was begun.'),
              h('p.legend', {}, 'Effect: F1 less the control’s on the same worlds and seeds, mean over pairs with Student’s 95 % interval; the loop decides by looks at stricter levels. ',
                  'Held out: the same on worlds that nobody tuned on. p: the researcher’s own odds, stated beforehand.'))),
          h('aside', {tabindex: 0, 'aria-label': 'Control and ledger'}, h('section', {}, h('h2', {}, 'The control'), h('pre.config', {}, sum.recipe)),
              h('section', {}, h('h2', {}, 'Ledger'), h('p.muted', {}, `${number(b.entries)} entries, the hash of each in the next; newest first`), h('ol.log', {}, b.latest.map(e =>
                  h('li', {}, h('b', {}, e.type), h('span.muted', {}, ` ${new Date(e.time).toLocaleTimeString()} `), e.text)))))));
  return 'Research';
}

function sprints(b, id, most) {
  return h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Sprints'}, h('table.list', {}, h('caption.hidden', {}, 'Sprints, newest first'),
      h('thead', {}, h('tr', {}, [['Idea'], ['p', 'right'], ['Effect'], ['Held out'], ['Verdict'], ['']].map(([t, side]) => h(t ? 'th' : 'td', {scope: t ? 'col' : undefined, class: side}, t)))),
      h('tbody', {}, b.sprints.toReversed().map(x => h('tr', {},
          h('th.idea', {scope: 'row'}, h('a', {href: address('research', id, x.name), data: {nav: ''}}, x.title), h('small.muted', {}, `${stamp(x.name)} · ${x.family} · ${origin(x.origin)} · ${x.researcher}`)),
          h('td.right', {}, fixed(x.probability)), h('td', {}, x.effect ? effect(x.effect, most, x.stage) : h('span.muted', {}, x.verdict ? 'not scored' : plural(x.runs, 'run'))),
          h('td', {}, x.held ? effect(x.held, most) : h('span.muted', {}, '–')), h('td', {}, verdict(x.verdict)),
          h('td', {}, x.report ? h('a', {href: report(id, x.name), 'aria-label': `Report of ${x.title} as PDF`}, 'PDF') : null))))));
}

async function one(root, id, name) {
  const p = await get('research', id, name);
  const {line} = p;
  const most = widest(p.stages.flatMap(g => g.variants.map(v => v.effect)));
  const control = Object.entries(p.control).map(([k, v]) => `${k}: ${v}`).join(', ') || 'the baseline';
  fill(root,
      crumbs(['Research', address('research', id)], [line.title]),
      h('header.head', {}, h('div', {}, h('h1', {}, line.title, ' ', verdict(line.verdict)),
          h('p.facts', {}, [stamp(name), line.family, origin(line.origin), `by ${line.researcher}`, `stated odds ${percent(line.probability)}`, plural(line.runs, 'run')].join(' · ')),
          line.reason ? h('p.about', {}, line.reason) : null),
          line.report ? h('a.button', {href: report(id, name)}, 'Report (PDF)') : null),
      h('div.run', {},
          h('div.body', {},
              h('section', {}, h('h2', {}, 'Hypothesis'), h('p.about', {}, p.hypothesis), h('p.about.muted', {}, p.motivation)),
              h('section', {}, h('h2', {}, 'Evidence'), p.stages.length ? p.stages.map(g => stage(g, p, most)) : h('p.muted', {}, 'Nothing was run yet.'))),
          h('aside', {tabindex: 0, 'aria-label': 'Variants and log'}, h('section', {}, h('h2', {}, 'Variants'), h('p.muted', {}, `against ${control}`), h('ul.pointers', {}, Object.entries(p.choices).map(([v, c]) => h('li', {}, h('b', {}, v),
                  h('span.muted', {}, ` ${Object.entries(c).filter(([k, x]) => p.control[k] !== x).map(([k, x]) => `${k}: ${x}`).join(', ') || 'code'}`))))),
              h('section', {}, h('h2', {}, 'Log'), p.log.length ? h('ol.log', {}, p.log.map(l => h('li', {}, l.replace(/^\d{4}-\d\d-\d\d--(\d\d)-(\d\d)-\d\d /, '$1:$2 ')))) : h('p.muted', {}, 'Nothing was written.')))));
  return line.title;
}

function stage(g, p, most) {
  return h('section.stage', {}, h('h3', {}, h('b', {}, g.name), ` ${number(g.samples)} samples a run`),
      g.variants.map(v => h('details.variant', {open: g.variants.length === 1 || v.name === p.variant},
          h('summary', {data: {nav: ''}}, h('b', {}, v.name), v.effect ? h('span', {}, `${signed(v.effect.mean)} ${range(v.effect.interval)} over ${plural(v.effect.pairs, 'pair')}`) : h('span.muted', {}, 'no pair was scored')),
          v.pairs.length ? [pairs(v.pairs.map(x => x.variant - x.control), v.effect, most, p.floor),
            h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': `Pairs of ${v.name}, ${g.name}`}, h('table.list.narrow', {}, h('caption.hidden', {}, 'F1 by pair'),
                h('thead', {}, h('tr', {}, [['World'], ['Control', 'right'], [v.name, 'right'], ['Difference', 'right']].map(([t, side]) => h('th', {scope: 'col', class: side}, t)))),
                h('tbody', {}, v.pairs.map(x => h('tr', {}, h('th', {scope: 'row'}, x.world), h('td.right', {}, fixed(x.control, 3)), h('td.right', {}, fixed(x.variant, 3)), h('td.right', {}, signed(x.variant - x.control)))))))] : null,
          Object.entries(v.outcomes).map(([why, n]) => h('p.trouble', {}, `${plural(n, 'run')} without a score: ${why}`)))));
}
