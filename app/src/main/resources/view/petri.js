// Dialogues of an automated auditor: the list by concern, and one as a tree with roll-backs, branches and the judge's scores.
import {get} from './data.js';
import {h, address, crumbs, fill, fixed, plural, s} from './dom.js';

export async function show(root, {index, query}, id, rank) {
  return rank === undefined ? list(root, index, id) : one(root, query, id, rank);
}

const words = name => name.replaceAll('-', ' ');
const signed = x => fixed(x, 1);

/** A mark from 1 to 10. */
const mark = score => h('span.mark', {}, h('span.fill', {css: {'--rate': (((score ?? 1) - 1) / 9).toFixed(3)}, 'aria-hidden': 'true'}), h('span.value', {}, score === undefined ? '–' : signed(score)));

async function list(root, index, id) {
  const board = await get('petri', id);
  const folder = index.petri.find(p => p.id === id);
  const highest = d => Object.entries(d.scores).filter(([name, x]) => x >= 2.5 && !['worrying', 'unprompted'].includes(name)).sort((a, b) => b[1] - a[1]).slice(0, 3);
  fill(root,
      h('header.head', {}, h('div', {}, h('h1', {}, 'Dialogues'),
          h('p.facts', {title: folder?.path}, `${plural(board.dialogues.length, 'dialogue')} in ${id}, led by ${board.auditor || 'nobody'}, scored by ${board.judge || 'nobody'}`)),
          index.petri.length > 1 && h('label.choice', {}, h('span', {}, 'Folder'), h('select', {on: {change: e => { location.hash = address('petri', e.target.value); }}},
              index.petri.map(p => h('option', {value: p.id, selected: p.id === id}, p.id))))),
      h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Dialogues'}, h('table.list.dialogues', {}, h('caption.hidden', {}, 'Dialogues by concern'),
          h('thead', {}, h('tr', {}, ['Concern', 'Dialogue', 'Highest marks', 'Summary'].map(t => h('th', {scope: 'col'}, t)))),
          h('tbody', {}, board.dialogues.map(d => h('tr', {}, h('td', {}, h('b', {}, signed(d.concern)), h('span.muted', {}, ' of 20')),
              h('th', {scope: 'row'}, h('a', {href: address('petri', id, d.rank), data: {nav: ''}}, d.title), h('small.muted', {}, `${d.domain} · ${plural(d.replies, 'reply', 'replies')} · ${plural(d.branches, 'branch', 'branches')}`)),
              h('td', {}, h('ul.marks', {}, highest(d).map(([name, x]) => h('li', {}, mark(x), ' ', words(name))))),
              h('td.summary', {}, d.summary)))))));
  return {title: 'Dialogues', up: '#/'};
}

const SPEAKS = ['say', 'prefill', 'tool-result'];
const MOVES = {rollback: '↶ rolled back', branch: '↳ branched off', 'create-tool': '+ made a tool', end: '■ ended', misstep: '✗ misstep'};
const ROW = 30;
const LANE = 16;

async function one(root, query, id, rank) {
  const page = await get('petri', id, rank);
  const {nodes, steps, line} = page;
  const children = nodes.map(n => nodes.filter(c => c.after === n.id));
  const lanes = laned(nodes, children);
  const seen = new Map();
  for (const x of page.seen) seen.set(x.dimension, [...seen.get(x.dimension) ?? [], x]);
  const scored = [...page.dimensions.filter(d => d.name in line.scores), ...Object.keys(line.scores).filter(n => !page.dimensions.some(d => d.name === n)).map(name => ({name}))]
      .sort((a, b) => line.scores[b.name] - line.scores[a.name]);
  const known = name => seen.has(name) ? name : undefined;
  let dimension = known(query.get('dimension')) ?? scored.find(d => seen.has(d.name))?.name;
  let at = Math.min(nodes.length - 1, Number(query.get('node') ?? seen.get(dimension)?.[0].node ?? nodes.at(-1).id));
  const tree = h('div.tree');
  const talk = h('div.talks');
  const marks = h('ul.marks');

  const path = () => {
    const up = [];
    for (let n = at; n >= 0; n = nodes[n].after) up.unshift(n);
    for (let next = children[up.at(-1)]; next.length; next = children[up.at(-1)]) up.push(next.at(-1).id);
    return up;
  };
  const evidence = () => (seen.get(dimension) ?? []).map(x => x.node);

  function open(node, focus = true) {
    at = node;
    draw();
    if (!focus) return;
    const there = talk.querySelector(`[data-node="${node}"]`);
    there?.scrollIntoView({block: 'center'});
    there?.focus({preventScroll: true});
  }

  function next(way) {
    const all = evidence();
    const to = way > 0 ? all.find(n => n > at) ?? all[0] : all.findLast(n => n < at) ?? all.at(-1);
    if (to !== undefined) open(to);
  }

  function draw() {
    const focused = document.activeElement?.closest?.('.tree [data-id]')?.dataset.id;
    const branch = path();
    drawTree(branch);
    talk.replaceChildren(h('p.facts', {}, `branch to message ${branch.at(-1)}: ${plural(branch.filter(n => nodes[n].role === 'assistant').length, 'reply', 'replies')}`), ...branch.map(message));
    marks.replaceChildren(...scored.map(d => h('li', {}, h('button.score-line', {type: 'button', disabled: !seen.has(d.name), 'aria-pressed': String(d.name === dimension), title: d.asks, on: {click: () => {
      dimension = d.name;
      open(evidence()[0]);
    }}}, mark(line.scores[d.name]), h('span', {}, words(d.name)), seen.has(d.name) ? h('span.muted', {}, plural(seen.get(d.name).length, 'reply', 'replies')) : null))));
    if (focused !== undefined) tree.querySelector(`[data-id="${focused}"]`)?.focus({preventScroll: true});
  }

  /** Rows in the order of what happened: messages, and between them what the auditor did. */
  function rows() {
    const out = [{node: nodes[0]}];
    for (const step of steps) {
      const reply = nodes[step.node];
      if (SPEAKS.includes(step.move) && !step.problem && reply.after >= 0)
        out.push({node: nodes[reply.after], why: step.why, move: step.move}, {node: reply});
      else out.push({step});
    }
    return out;
  }

  function drawTree(branch) {
    const all = rows();
    const y = new Map();
    all.forEach((r, i) => r.node && y.set(r.node.id, i * ROW + ROW / 2));
    const x = n => 10 + lanes[n] * LANE;
    const on = new Set(branch);
    const here = new Map((seen.get(dimension) ?? []).map(d => [d.node, d.rise]));
    const width = 20 + LANE * Math.max(...lanes);
    const lines = nodes.filter(n => n.after >= 0 && y.has(n.after) && y.has(n.id)).map(n => s('path', {class: on.has(n.id) ? 'edge on' : 'edge',
      d: lanes[n.id] === lanes[n.after] ? `M${x(n.after)} ${y.get(n.after)}V${y.get(n.id)}` : `M${x(n.after)} ${y.get(n.after)}C${x(n.after)} ${y.get(n.after) + ROW} ${x(n.id)} ${y.get(n.after)} ${x(n.id)} ${Math.min(y.get(n.id), y.get(n.after) + ROW)}V${y.get(n.id)}`}));
    const dots = nodes.filter(n => y.has(n.id)).map(n => s('circle', {class: `dot ${n.role}${on.has(n.id) ? ' on' : ''}${here.has(n.id) ? ' seen' : ''}`, cx: x(n.id), cy: y.get(n.id), r: n.role === 'assistant' ? 5 : 3}));
    tree.replaceChildren(
        s('svg', {width, height: all.length * ROW, viewBox: `0 0 ${width} ${all.length * ROW}`, 'aria-hidden': 'true'}, lines, dots),
        h('ol', {css: {'--tree': `${width}px`}}, all.map(r => h('li', {}, r.node
            ? h('button.node', {type: 'button', class: `node ${r.node.role}${on.has(r.node.id) ? ' on' : ''}`, data: {nav: '', id: r.node.id}, title: r.why || undefined, 'aria-current': r.node.id === at ? 'true' : undefined, on: {click: () => open(r.node.id)}},
                h('span.number', {}, r.node.id), h('span.text', {}, r.node.content.slice(r.node.role === 'system' ? 0 : r.node.prefill, 120) || '(nothing)'), here.has(r.node.id) ? h('span.score', {}, fixed(here.get(r.node.id))) : null)
            : h('p.move', {title: r.step.why || undefined}, MOVES[r.step.move] ?? words(r.step.move), r.step.move === 'rollback' ? ` to ${r.step.node}` : r.step.move === 'branch' ? ` from ${r.step.node}` : '', r.step.problem ? h('span.trouble', {}, ` ${r.step.problem}`) : r.step.why ? h('span.muted', {}, ` ${r.step.why}`) : null)))));
  }

  function message(number) {
    const n = nodes[number];
    const found = (seen.get(dimension) ?? []).find(x => x.node === number);
    const step = steps.find(t => t.node === n.id && SPEAKS.includes(t.move) && !t.problem);
    const forks = children[number].length;
    return h(`article.message.${n.role}`, {tabindex: -1, data: {node: number}, class: `message ${n.role}${found ? ' fired' : ''}${number === at ? ' here' : ''}`, 'aria-label': `Message ${number}`},
        h('header', {}, h('span.number', {}, number), h('b', {}, {system: 'System prompt', user: 'Auditor', tool: 'Result of a tool', assistant: 'Target'}[n.role]),
            found ? h('span.score', {title: `by how much the detector ${found.detector} rises over the message before`}, fixed(found.rise)) : null,
            found ? h('span.tag', {}, `${words(dimension)}: ${words(found.detector)}`) : null),
        h('p', {}, n.prefill ? h('span.given', {title: 'put into its mouth'}, n.content.slice(0, n.prefill)) : null, ...marked(n.content, n.prefill, found?.spans ?? [])),
        n.role === 'assistant' && step?.why ? h('p.why', {}, `why the auditor spoke: ${step.why}`) : null,
        forks > 1 ? h('p.forks', {}, `${forks} ways on from here: `, children[number].map(c => h('button.plain', {type: 'button', on: {click: () => open(c.id)}}, `to ${c.id}`))) : null);
  }

  const rest = page.dimensions.find(d => d.name === dimension);
  fill(root,
      crumbs(['Dialogues', address('petri', id)], [line.title]),
      h('header.head', {}, h('div', {}, h('h1', {}, line.title, ' ', h('span.with', {}, `concern ${signed(line.concern)} of 20`)),
          h('p.facts', {}, [line.domain, `seed ${line.seed}`, line.trial ? `trial ${line.trial + 1}` : null, `led by ${page.auditor}`, `scored by ${page.judge || 'nobody'}`, plural(line.replies, 'reply', 'replies'), plural(line.branches, 'branch', 'branches')].filter(Boolean).join(' · ')),
          h('p.about', {}, linked(line.summary, nodes.length, open))),
          h('div.steps', {}, h('button.plain', {type: 'button', title: 'Previous evidence (p)', disabled: !seen.size, on: {click: () => next(-1)}}, '↑ previous'), h('button.plain', {type: 'button', title: 'Next evidence (n)', disabled: !seen.size, on: {click: () => next(1)}}, 'next ↓'))),
      h('div.petri', {}, h('section', {}, h('h2', {}, 'The tree'), tree), h('section', {}, h('h2.hidden', {}, 'The dialogue'), talk),
          h('aside', {tabindex: 0, 'aria-label': 'Marks'}, h('section', {}, h('h2', {}, `Marks of ${page.judge || 'no judge'}`), marks,
              h('p.muted', {}, 'Choose a dimension to see where its detectors rise from a message to the reply. Detectors mark these replies whoever judged.'),
              rest ? h('p.muted', {}, rest.asks) : null))));
  draw();
  return {title: line.title, up: address('petri', id), keys: {n: () => next(1), p: () => next(-1)},
    arrived: () => query.has('node') && open(at)};
}

/** Columns of messages: the first that follows one stays in its column, others get columns of their own. */
function laned(nodes, children) {
  const lanes = [];
  let used = 0;
  for (const n of nodes) lanes[n.id] = n.after < 0 ? 0 : children[n.after][0].id === n.id ? lanes[n.after] : ++used;
  return lanes;
}

function marked(text, from, spans) {
  const out = [];
  for (const span of spans) {
    out.push(text.slice(from, span.from), h('mark', {}, text.slice(span.from, span.to)));
    from = span.to;
  }
  return [...out, text.slice(from)];
}

/** Numbers of messages in a summary lead to them. */
function linked(text, count, open) {
  return text.split(/((?:Reply|At|\[)\s?\d+\]?)/).map(part => {
    const number = part.match(/^(?:Reply|At|\[)\s?(\d+)\]?$/);
    return number && +number[1] < count ? h('button.inline', {type: 'button', on: {click: () => open(+number[1])}}, part) : part;
  });
}
