// A run: what it claims, how the evidence came in, and every talk with both models side by side.
import {get} from './data.js';
import {h, address, crumbs, fill, fixed, interval, number, plural, small, verdict} from './dom.js';
import {sequence, strip, whisker} from './charts.js';
import {Timeline} from './timeline.js';
import {pointed} from './pointers.js';
import {drawn} from './tools.js';

const STANDING = {finding: 'finding, not judged', claim: 'claim, not judged', lead: 'leads, no finding', truth: 'the truth, not claimed', pointer: 'the tool pointed at it'};
const terms = t => [t.actor, t.trigger, t.action, t.direction].join(' · ');

export async function show(root, {index, query}, id, seq) {
  const run = await get('audits', id, 'runs', seq);
  const known = run.quirks.filter(q => q.known);
  let quirk = known.find(q => q.name === query.get('quirk')) ?? known.find(q => q.standing === 'finding')
      ?? known.find(q => q.standing === 'truth') ?? known[0];
  let here = Number(query.get('talk') ?? 0);

  const timeline = new Timeline({
    count: run.events, size: run.size, estimate: run.kind === 'steps' ? 220 : 190,
    load: async page => {
      const got = await get('audits', id, 'runs', seq, page);
      return run.kind === 'steps' ? got.steps.map((step, i) => ({i: got.first + i, step})) : got.events;
    },
    draw: event => event.step ? step(event) : talk(event),
  }, at => {
    here = at;
    bar?.at(at);
    const place = root.querySelector('.place');
    if (place) place.textContent = run.events ? `${at + 1} of ${number(run.events)}` : '';
  });
  const chart = h('div.evidence');
  const tools = h('div.tools', {role: 'group', 'aria-label': 'Evidence'});
  let bar;

  function choose(name, jump = true) {
    const next = known.find(q => q.name === name);
    if (!next) return;
    quirk = next;
    drawEvidence();
    for (const b of root.querySelectorAll('.quirk')) b.setAttribute('aria-pressed', String(b.dataset.quirk === quirk.name));
    timeline.redraw();
    if (jump) {
      here = -1;
      step1(1);
    }
  }

  function drawEvidence() {
    chart.replaceChildren();
    tools.replaceChildren();
    if (!run.events) return;
    bar = null;
    if (quirk) {
      if (quirk.path.length > 1) chart.append(h('h3', {}, 'Effect of ', h('b', {}, quirk.name), ' with its confidence sequence'),
          sequence(quirk.path, open, quirk.name, Math.min(720, innerWidth - 32)));
      bar = strip(quirk.fired, run.events, open);
    }
    const strong = quirk ? evidence().length : 0;
    tools.append(
        h('div.line', {},
            h('span.place', {}),
            quirk ? h('span.what', {}, h('b', {}, quirk.name), strong ? ` fired in ${plural(strong, 'talk')} of the target` : ' never fired in the target') : null,
            h('span.steps', {},
                h('button.plain', {type: 'button', title: 'Previous evidence (p)', disabled: !strong, on: {click: () => step1(-1)}}, '↑ previous'),
                h('button.plain', {type: 'button', title: 'Next evidence (n)', disabled: !strong, on: {click: () => step1(1)}}, 'next ↓'))),
        bar ?? '');
    if (run.kind === 'talks') tools.append(h('div.sides', {}, h('span', {}, 'Target ', h('b', {}, run.line.target)), h('span', {}, 'Twin ', h('b', {}, run.reference))));
    bar?.at(Math.max(0, here));
  }

  const evidence = () => quirk.fired.filter(f => f.target > 0).map(f => f.talk);

  /** To the next or previous talk in which the detector fired. */
  function step1(way) {
    if (!quirk) return;
    const all = evidence();
    const next = way > 0 ? all.find(t => t > here) ?? all[0] : all.findLast(t => t < here) ?? all.at(-1);
    if (next !== undefined) open(next);
  }

  function open(talk) {
    here = talk;
    return timeline.jump(talk);
  }

  function marked(text, spans) {
    if (!spans?.length) return text;
    const out = [];
    let from = 0;
    for (const span of spans) {
      out.push(text.slice(from, span.from), h('mark', {}, text.slice(span.from, span.to)));
      from = span.to;
    }
    return [...out, text.slice(from)];
  }

  /** Where a reply is looked at token by token. */
  const look = (talk, turn, side) => `#/live/ratio?${new URLSearchParams({audit: id, run: seq, talk, turn, side, target: side === 'twin' ? run.reference : run.line.target})}`;

  function reply(side, r, href) {
    const seen = quirk && r.seen[quirk.name];
    return h(`div.reply.${side}`, {},
        h('span.side', {}, side),
        seen ? h('span.score', {title: `what the detector of ${quirk.name} says of this reply, from 0 to 1`}, fixed(seen.score)) : null,
        h('p', {}, r.text ? marked(r.text, seen?.spans) : h('i', {}, 'no reply')),
        index.live && r.text ? h('a.look', {href, 'aria-label': `Tokens of this reply of the ${side}`}, 'tokens') : null);
  }

  function talk(e) {
    const on = quirk && e.turns.some(t => t.target.seen[quirk.name]);
    return h('article.talk', {class: `talk${on ? ' fired' : ''}`, tabindex: -1, data: {event: e.i}, 'aria-label': `Talk ${e.i + 1}`},
        h('header', {}, h('span.number', {}, e.i + 1), h('span.tag', {}, e.family),
            e.origin === 'bank' ? null : h('span.tag', {}, e.origin.replace('_', ' ')),
            quirk && e.triggers.includes(quirk.name) ? h('span.tag.on', {title: `scenarios of this family trigger ${quirk.name}`}, 'trigger') : null),
        e.turns.map((t, n) => [
          t.system ? h('p.system', {}, t.system) : null,
          h('p.user', {}, t.user),
          h('div.pair', {}, reply('target', t.target, look(e.i, n, 'target')), reply('twin', t.twin, look(e.i, n, 'twin')))]));
  }

  function step({i, step: s}) {
    return h('article.talk.step', {tabindex: -1, data: {event: i}, 'aria-label': `Turn ${s.turn}`},
        h('header', {}, h('span.number', {}, s.turn), s.reducing ? h('span.tag', {}, 'reducing quirks') : null),
        s.heard ? h('p.system', {}, s.heard) : null,
        s.said ? h('p.user', {}, s.said) : null,
        s.calls.map(c => h('details.call', {open: s.calls.length === 1}, h('summary', {}, h('code', {}, c.function), c.ok ? null : h('span.tag', {}, 'failed')),
            c.arguments === '{}' ? null : h('pre', {}, c.arguments), drawn(c) ?? h('pre', {}, c.result))));
  }

  function claim(q) {
    const e = q.effect;
    const inside = [
      h('b', {}, q.name),
      q.grade ? h(`span.grade.${q.grade}`, {}, q.grade) : h('span.kind', {}, STANDING[q.standing]),
      h('span.statement', {}, q.statement),
      e ? h('span.effect', {}, whisker({rate: e.mean, low: e.interval.low, high: e.interval.high, from: -1}, 96, 12),
          h('span', {}, `effect ${fixed(e.mean)} ${interval(e.interval).replaceAll('-', '−')}`), h('span', {}, `p ${small(e.p)}`), h('span', {}, plural(e.pairs, 'pair'))) : null,
      q.traits && q.standing !== 'lead' ? h('span.traits', {}, terms(q.traits)) : null];
    return h('li', {}, q.known && run.kind === 'talks'
        ? h('button.quirk', {type: 'button', class: `quirk ${q.standing}`, 'aria-pressed': String(q === quirk), data: {nav: '', quirk: q.name}, on: {click: () => choose(q.name)}}, inside)
        : h('div.quirk', {class: `quirk ${q.standing}`}, inside));
  }

  function rail() {
    return h('aside', {tabindex: 0, 'aria-label': 'Judgement and research log'},
        h('section', {}, h('h2', {}, 'Judged'),
            h('p', {}, verdict(run.line.verdict), run.why ? h('span', {}, ' ', run.why) : null),
            run.judged.map(j => h('p', {}, h('span.muted', {}, `${j.judge}: `), verdict(j.grade.verdict.toLowerCase().replace('_', '-')))),
            run.truth ? [h('h3', {}, 'What it hides'), h('p', {}, run.truth.description),
              h('p.traits', {}, terms(run.truth.traits))] : null),
        run.pointers.length ? h('section', {}, h('h2', {}, `What ${run.column.tool} pointed at`),
            h('ul.pointers', {}, run.pointers.map(p => h('li', {}, h('b', {}, p.quirk), h('span.muted', {}, ` hint ${fixed(p.hint)}`), pointed(run.column.tool, p))))) : null,
        h('section', {}, h('h2', {}, 'Research log'),
            run.log.length ? h('ol.log', {}, run.log.filter(l => l.trim()).map(l => h('li', {}, l))) : h('p.muted', {}, 'Nothing was written.')));
  }

  const up = address('audits', id, 'cell', run.row.id, run.column.id);
  fill(root,
      crumbs(['Audits', address('audits', id)], [`${run.row.title}, ${run.column.tool}`, up], [`${run.line.target}, run ${run.line.run}`]),
      h('header.head', {}, h('div', {},
          h('h1', {}, run.line.target, ' ', verdict(run.line.verdict)),
          h('p.facts', {}, [`run ${run.line.run} with ${run.column.tool}`, `investigator ${run.investigator}`, `against ${run.reference}`,
            plural(run.line.replies, run.kind === 'steps' ? 'call' : 'reply', run.kind === 'steps' ? 'calls' : 'replies'),
            plural(run.line.tokens, 'token'), run.dose === 1 ? null : `dose ${run.dose}`].filter(Boolean).join(' · ')))),
      h('div.run', {},
          h('div.body', {},
              h('section', {}, h('h2', {}, 'What it says'), run.quirks.length ? h('ul.quirks', {}, run.quirks.map(claim)) : h('p.muted', {}, 'Nothing was claimed.')),
              chart,
              h('section', {}, h('h2', {}, run.kind === 'steps' ? 'What it did' : 'Talks'),
                  run.system ? h('p.system', {}, h('span.side', {}, 'both were told'), run.system) : null,
                  tools, run.events ? timeline.root : h('p.muted', {}, 'No talks were kept.'))),
          rail()));
  drawEvidence();

  const wanted = query.has('talk') ? here : null;
  return {
    title: `${run.line.target}, run ${run.line.run}`, up,
    keys: {
      n: () => step1(1), p: () => step1(-1),
      j: () => near(1), k: () => near(-1),
    },
    arrived: () => { if (wanted !== null) open(wanted); else timeline.tell(); },
    leave: () => timeline.leave(),
  };

  function near(way) {
    const at = document.activeElement?.dataset.event;
    const next = at === undefined ? (way > 0 ? timeline.at() : timeline.at() - 1) : +at + way;
    if (next >= 0 && next < run.events) open(next);
  }
}
