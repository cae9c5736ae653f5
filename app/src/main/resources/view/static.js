// What tools show when no agent uses them, beside what an agent found with them.
import {get, Missing, throttled} from './data.js';
import {h, address, crumbs, fill, fixed, interval, isNumber, number, percent, plural} from './dom.js';
import {whisker} from './charts.js';

const points = x => isNumber(x) ? `${x > 0 ? '+' : ''}${Math.round(100 * x)}`.replace('-', '−') : '–';
const signed = i => interval(i).replaceAll('-', '−');

export async function show(root, {query}, id) {
  let chosen = Number(query.get('report') ?? 0);
  let opened = query.get('of');
  let page;

  async function draw() {
    page = await get('audits', id, 'static');
    chosen = Math.min(chosen, page.reports.length - 1);
    const focused = document.activeElement?.dataset.key;
    const {report, agent, cells} = page.reports[chosen];
    fill(root,
        crumbs(['Audits', address('audits', id)], ['Tools without an agent']),
        head(report, agent),
        h('section', {}, h('h2', {}, 'What each tool shows'), tools(report)),
        report.mechanisms.length ? h('section', {}, h('h2', {}, 'Why the agent finds less'), mechanisms(report)) : null,
        h('section', {}, h('h2', {}, 'Model by model'), grid(report, agent, cells)));
    if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({preventScroll: true});
  }

  function head(report, agent) {
    const models = new Set(report.rows.map(r => r.target));
    return h('header.head', {},
        h('div', {}, h('h1', {}, 'Tools without an agent'),
            h('p.facts', {}, [plural(models.size, 'model'), plural(report.tools.length, 'tool'), `${number(report.outputs)} outputs asked of each`,
              report.reader ? `read by ${report.reader}` : 'read beside a clean twin'].join(' · '),
                report.agent ? [' · agent in ', agent ? h('a', {href: address('audits', agent)}, report.agent) : report.agent] : ' · no agent to compare with')),
        page.reports.length > 1 ? h('label.choice', {}, h('span', {}, 'Evaluation'), h('select', {on: {change: e => {
          chosen = +e.target.value;
          opened = null;
          draw();
        }}}, page.reports.map((r, i) => h('option', {value: i, selected: i === chosen}, named(r.report, i))))) : null);
  }

  const named = (r, i) => `${i ? `${i + 1}: ` : 'the last: '}${plural(new Set(r.rows.map(x => x.target)).size, 'model')}, ${r.tools.map(t => t.tool).join(', ')}`;

  /** A tool's or a model's outputs open below the table; the same again closes them. */
  async function open(key) {
    opened = opened === key ? null : key;
    await draw();
    root.querySelector('.guesses')?.scrollIntoView({block: 'nearest'});
  }

  function grid(report, agent, cells) {
    const names = report.tools.map(t => t.tool);
    const of = new Map(report.rows.map(r => [`${r.target} ${r.tool}`, r]));
    const targets = [...new Map(report.rows.map(r => [r.target, r])).values()].sort((a, b) => (a.behaviour ? 0 : 1) - (b.behaviour ? 0 : 1) || a.target.localeCompare(b.target));
    return [
      h('div.models', {}, h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Model by model'}, h('table.heat.shows', {css: {'--columns': names.length}},
          h('caption.hidden', {}, 'Share of outputs that are strong evidence, by model and tool'),
          h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, h('span.hidden', {}, 'Model')), names.map(n => h('th', {scope: 'col'}, n)))),
          h('tbody', {}, targets.map((t, i) => h('tr', {class: t.behaviour ? undefined : `clean${targets[i - 1]?.behaviour ? ' first' : ''}`},
              h('th', {scope: 'row'}, t.target, t.behaviour ? null : h('small', {}, 'clean twin')),
              names.map((n, j) => cell(of.get(`${t.target} ${n}`), i, j))))))), guesses(of.get(opened ?? ''), agent, cells)),
      h('footer.legend', {}, h('p', {}, `Each cell: the share of outputs that are strong evidence, of a clean twin of the behaviour for which it is largest; from ${percent(report.enough)} on a model counts. `
          + '“Named”: one of ten guesses after all outputs is right, of a twin for so many of the behaviours. Below: the agent’s hits in its scored runs. A click shows the guesses.'))];
  }

  function cell(r, i, j) {
    if (!r) return h('td.none', {}, h('span.hidden', {}, 'not read'));
    const key = `${r.target} ${r.tool}`;
    const said = r.behaviour ? (r.named ? 'named' : '') : r.named ? `named ${percent(r.named)}` : '';
    return h('td', {}, h('button.cell', {type: 'button', css: {'--rate': r.strong}, 'aria-expanded': String(opened === key), data: {nav: '', key, row: i, column: j}, on: {click: () => open(key)},
      title: `${r.target}, ${r.tool}: ${percent(r.strong)} of ${plural(r.outputs, 'output')} strong, ${said || 'not named'}`},
        h('span.rate', {}, percent(r.strong)), h('span.n', {}, said),
        h('span.void', {}, r.agent ? `agent ${r.agent.hits} of ${r.agent.runs}` : r.behaviour ? ' ' : '')));
  }

  function guesses(r, agent, cells) {
    if (!r) return null;
    const key = `${r.target} ${r.tool}`;
    const compared = r.guesses.some(g => isNumber(g.t));
    const grade = g => g.distance === null ? '' : g.distance === 0 ? 'right' : g.distance === 1 ? 'near' : '';
    return h('section.guesses', {}, h('h3', {}, 'What ', h('b', {}, r.tool), ' shows of ', h('b', {}, r.target), compared ? ', the loudest first' : ', the likeliest first'),
        r.guesses.length ? h('table.list.narrow', {}, h('caption.hidden', {}, 'What the outputs speak of'),
            h('thead', {}, h('tr', {}, (compared ? [['Hypothesis'], ['t', 'right'], ['Strong outputs']] : [['Guess']]).map(([t, side]) => h('th', {scope: 'col', class: side}, t)))),
            h('tbody', {}, r.guesses.map(g => h('tr', {}, h('th', {scope: 'row'}, h(`span.claim${compared ? '' : '.words'}.${grade(g) || 'open'}`, {title: grade(g)}, g.hypothesis)),
                compared ? [h('td.right', {}, fixed(g.t, 1)), h('td', {}, bar(g.strong))] : null)))) : h('p.muted', {}, 'Nothing: the outputs speak of no hypothesis more than the twin’s.'),
        h('p.facts', {}, `${plural(r.outputs, 'output')} read`, r.agent && agent && cells[key] ? [' · ', h('a', {href: address('audits', agent, 'cell', ...cells[key])}, 'the agent’s runs')] : null));
  }

  const bar = share => h('span.mark', {css: {'--rate': share}}, h('span.fill', {}), h('span.value', {}, percent(share)));

  await draw();
  const again = throttled(draw);
  return {title: 'Tools without an agent', up: address('audits', id), update: what => what.id === id && again()};
}

/** A share over behaviours with its interval, and the same said of clean twins. */
function share(shown, chance) {
  const {mean, interval: i} = shown.targets;
  return h('td', {}, isNumber(mean) ? h('div.shown', {title: `${shown.targets.clusters} behaviours ${interval(i)}`},
      h('span.value', {}, percent(mean)), whisker({rate: mean, low: i?.low, high: i?.high, chance}, 96, 12),
      h('small.muted', {}, isNumber(shown.twins) ? `twins ${percent(shown.twins)}` : 'no twins')) : h('span.muted', {}, '–'));
}

function gap(g) {
  return h('td', {}, g && isNumber(g.mean) ? h('div.shown', {title: `${plural(g.clusters, 'behaviour')} ${signed(g.interval)}`}, h('span.value', {}, points(g.mean)),
      whisker({rate: g.mean, low: g.interval?.low, high: g.interval?.high, from: -1}, 96, 12),
      h('small.muted', {}, g.interval ? `${points(g.interval.low)} to ${points(g.interval.high)}` : 'too few for an interval')) : h('span.muted', {}, '–'));
}

function tools(report) {
  const agent = report.tools.some(t => isNumber(t.agent));
  return [h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'What each tool shows'}, h('table.list.shares', {}, h('caption.hidden', {}, 'What each tool shows'),
      h('thead', {}, h('tr', {}, ['Tool', 'Named in ten', 'Told the domain', 'Strong evidence', ...agent ? ['Agent', 'Named − agent', 'Strong − agent'] : []].map(t => h('th', {scope: 'col'}, t)))),
      h('tbody', {}, report.tools.map(t => h('tr', {}, h('th', {scope: 'row'}, t.tool, h('small.muted', {}, `${plural(t.targets, 'target')}, ${plural(t.twins, 'twin')}`)),
          share(t.pooled, t.chance ?? undefined), share(t.hinted), share(t.evidence),
          agent ? [h('td', {}, h('span.value', {}, percent(t.agent))), gap(t.gap), gap(t.evidenceGap)] : null))))),
    h('footer.legend', {}, h('p', {}, 'Named in ten: one of ten guesses after all outputs is right; a tick is chance. Told the domain: the same of a reader who knows trigger or action. Strong evidence: a tenth of the outputs or more lead to the truth by themselves. '
        + 'Twins: the same said of clean models. Intervals and gaps (in points) are bootstrapped over behaviours, from five on.'))];
}

function mechanisms(report) {
  const part = s => s.runs ? h('div.shown', {title: `${plural(s.share.clusters, 'behaviour')} ${interval(s.share.interval)}`}, h('span.value', {}, percent(s.share.mean)),
      whisker({rate: s.share.mean, low: s.share.interval?.low, high: s.share.interval?.high}, 96, 12), h('small.muted', {}, `of ${plural(s.runs, 'run')}`)) : h('span.muted', {}, '–');
  return [h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Why the agent finds less'}, h('table.list.narrow.shares', {}, h('caption.hidden', {}, 'Why the agent finds less'),
      h('thead', {}, h('tr', {}, ['Tool', 'Calls a run', 'Never used', 'Overlooked', 'Misled'].map(t => h('th', {scope: 'col'}, t)))),
      h('tbody', {}, report.mechanisms.map(m => h('tr', {}, h('th', {scope: 'row'}, m.tool, h('small.muted', {}, plural(m.runs, 'run'))),
          h('td', {}, isNumber(m.calls) ? fixed(m.calls, 1) : '–'), h('td', {}, percent(m.unused)), h('td', {}, part(m.overlooked)), h('td', {}, part(m.misled))))))),
    h('footer.legend', {}, h('p', {}, 'Calls and never used: of the tool’s own functions, by an agent that calls them. Overlooked: no hit although the tool’s outputs are strong evidence. '
        + 'Misled: runs with a wrong claim that speaks of something else to which the tool leads.'))];
}
