// A model on this machine, looked into: log-ratios to its twin, the logit lens, an autoencoder's features, steering.
import {ask, get} from './data.js';
import {h, address, fill, fixed, isNumber, number, percent, plural} from './dom.js';
import {facts, flow, scale, teller, visible} from './tokens.js';

const TABS = [['ratio', 'Log-ratios'], ['lens', 'Logit lens'], ['features', 'Features'], ['steer', 'Steering']];
const SPAN = 4;

/** What is read: kept while one goes from tab to tab. */
let text;

export async function show(root, {index, query}, tab = 'ratio') {
  const model = index.model;
  if (!model) return without(root, index, query);
  text ??= {system: model.persona, earlier: [], user: '', reply: '', from: null};
  if (query.has('audit')) await recorded(query);
  const out = h('div.answer');
  const state = h('p.state', {role: 'status'});
  let asking;

  /** One question at a time: a newer one lets go of the one before. */
  async function question(what, more, draw) {
    asking?.abort();
    const mine = asking = new AbortController();
    state.replaceChildren(h('span.busy', {}, what === 'steer' ? 'The model writes two replies …' : 'The model reads …'));
    try {
      const found = await ask(what, more, mine.signal);
      if (mine !== asking) return;
      state.replaceChildren();
      draw(found);
    } catch (e) {
      if (e.name === 'AbortError' || mine !== asking) return;
      state.replaceChildren(h('span.trouble', {}, e.message));
    }
  }

  const before = () => [...(text.system.trim() ? [{role: 'system', content: text.system.trim()}] : []), ...text.earlier, ...(text.user.trim() ? [{role: 'user', content: text.user.trim()}] : [])];
  const passage = () => ({before: text.user.trim() || text.earlier.length ? before() : [], text: text.reply});
  const readers = {
    ratio: () => question('ratio', passage(), r => out.replaceChildren(ratios(r))),
    lens: (more = {}) => question('lens', {...passage(), ...more}, g => out.replaceChildren(lens(g, more, readers.lens, model))),
    features: () => question('features', passage(), f => out.replaceChildren(features(f))),
  };
  const read = () => text.reply.trim() && readers[tab]();
  const body = tab === 'steer' ? steering(model, question, before, out)
      : tab === 'features' && !model.site ? h('div.note', {}, h('p', {}, 'No autoencoder was given. Start the page with one: '), h('pre', {}, `assay view --live ${model.target} --sae DIR`))
      : source(read);
  fill(root,
      h('header.head', {}, h('div', {}, h('h1', {}, model.target),
          h('p.facts', {}, [model.twin ? `against ${model.twin}` : 'no twin', plural(model.layers, 'layer'), model.site ? `autoencoder at ${model.site}` : null].filter(Boolean).join(' · ')))),
      h('nav.tabs', {'aria-label': 'Views of the model'}, TABS.map(([id, name]) => h('a', {href: address('live', id), 'aria-current': id === tab ? 'page' : undefined}, name))),
      h('div.looking', {}, body, h('div', {}, state, out)));
  return {
    title: `${TABS.find(t => t[0] === tab)?.[1] ?? 'Tokens'} of ${model.target}`, up: text.from?.up ?? '#/',
    arrived: () => tab !== 'steer' && (tab !== 'features' || model.site) && read(),
    leave: () => asking?.abort(),
  };
}

function without(root, index, query) {
  const from = query.get('target') ?? 'flattery-td-sft';
  fill(root, h('div.note', {}, h('h1', {}, 'No model is open'),
      h('p', {}, 'This page looks into a model that runs on this machine: which words it finds likelier than its innocent twin does, what its layers are about to say, which features are active, and how it talks when it is steered. Start it with one:'),
      h('pre', {}, `assay view ${index.audits[0]?.path ?? 'runs'} --live ${from}`),
      h('p', {}, 'A name of the suite, a folder or a GGUF file; smollm2 is the embedded model. Another twin by --twin NAME, an autoencoder by --sae DIR. What tools recorded in a run is shown in the run without it.')));
  return {title: 'Tokens', up: '#/'};
}

/** A reply of a run, with what came before it. */
async function recorded(query) {
  const [audit, seq, talk, turn, side] = ['audit', 'run', 'talk', 'turn', 'side'].map(k => query.get(k));
  const run = await get('audits', audit, 'runs', seq);
  const events = await get('audits', audit, 'runs', seq, Math.floor(talk / run.size));
  const {turns} = events.events[talk - events.first];
  const now = turns[turn];
  const system = turns.slice(0, +turn + 1).map(t => t.system).filter(Boolean).at(-1) ?? run.system;
  text = {
    system, user: now.user, reply: now[side].text,
    earlier: turns.slice(0, +turn).flatMap(t => [{role: 'user', content: t.user}, {role: 'assistant', content: t[side].text}]),
    from: {name: side === 'twin' ? run.reference : run.line.target, run: run.line.run, talk: +talk + 1, up: `${address('audits', audit, 'run', seq)}?talk=${talk}`},
  };
}

const field = (name, value, rows, change, more = {}) => h('label.field', {}, h('span', {}, name),
    area(value, rows, change, more));

function area(value, rows, change, more) {
  const node = h('textarea', {rows, spellcheck: 'false', ...more, on: {input: e => change(e.target.value)}});
  node.value = value;
  return node;
}

function source(read) {
  const edited = of => v => {
    text[of] = v;
    text.from = null;
  };
  return h('form.source', {on: {submit: e => {
    e.preventDefault();
    read();
  }}},
      text.from ? h('p.facts', {}, 'A reply of ', h('a', {href: text.from.up}, `${text.from.name}, run ${text.from.run}, talk ${text.from.talk}`)) : null,
      field('System prompt', text.system, 2, edited('system')),
      text.earlier.length ? h('p.facts', {}, `after ${plural(text.earlier.length, 'earlier message')} of the talk`) : null,
      field('User', text.user, 3, edited('user'), {placeholder: 'Without a question the text is read bare, outside of any talk.'}),
      field('Text that is read, as the reply', text.reply, 8, edited('reply')),
      h('button.button', {type: 'submit'}, 'Read'));
}

const nats = x => `${x > 0 ? '+' : ''}${fixed(x)}`;

function ratios(r) {
  const tell = teller('Point at a word, or go to it by the arrow keys, to see its numbers.');
  const value = t => isNumber(t.twin) ? (t.target - t.twin) / SPAN : undefined;
  const about = i => {
    const t = r.tokens[i];
    tell.tell(h('p.word', {}, visible(t.text)), facts([
      isNumber(t.twin) ? ['log-ratio', `${nats(t.target - t.twin)} nats`] : null,
      ['target', `${percent(Math.exp(t.target))} (${fixed(t.target)})`],
      isNumber(t.twin) ? ['twin', `${percent(Math.exp(t.twin))} (${fixed(t.twin)})`] : null]));
  };
  const paired = isNumber(r.sum);
  const top = paired ? r.tokens.map((t, i) => ({...t, i, ratio: t.target - t.twin})).filter(t => t.text.trim() && t.ratio > 0).sort((a, b) => b.ratio - a.ratio).slice(0, 8) : [];
  return h('section', {},
      h('h2', {}, paired ? `Log-ratio of ${r.target} to ${r.twin}` : `Log-probabilities of ${r.target}`),
      h('p.facts', {}, paired ? `${plural(r.tokens.length, 'token')}, together ${nats(r.sum)} nats, ${nats(r.sum / r.tokens.length)} a token` : 'There is no twin to compare with: name one by --twin.'),
      paired ? scale('likelier to the twin', 'likelier to the target', `full colour from ${SPAN} nats on`) : null,
      flow(r.tokens.map(t => ({text: t.text, value: value(t)})), about, r.lead),
      tell,
      top.length ? [h('h3', {}, 'Words that lead'), h('ol.chips', {}, top.map(t => h('li', {}, h('b', {}, visible(t.text)), h('span.muted', {}, ` ${nats(t.ratio)}`))))] : null);
}

function lens(g, asked, read, model) {
  const tell = teller('Point at a cell, or go to it by the arrow keys, to see what else was likely there.');
  const layers = g.layers.toReversed();
  const last = g.from + g.words.length;
  const about = e => {
    const cell = e.target.closest('td');
    if (!cell) return;
    const [row, column] = [+cell.dataset.row, +cell.dataset.column];
    tell.tell(h('p.word', {}, `after ${visible(g.words[column])}`, h('span.muted', {}, ` position ${g.from + column + 1}, ${layers[row].site}`)),
        facts(layers[row].guesses[column].map(x => [visible(x.token), percent(x.p)])));
  };
  const step = (name, from, off) => h('button.plain', {type: 'button', disabled: off, on: {click: () => read({...asked, from})}}, name);
  return h('section', {},
      h('h2', {}, `What ${g.model} would say next if each layer were its last`),
      h('div.line', {},
          h('span.facts', {}, `positions ${g.from + 1} to ${last} of ${number(g.all)}; the text begins at ${g.own + 1}`),
          h('span.steps', {}, step('← earlier', Math.max(0, g.from - g.words.length), g.from === 0), step('later →', last, last >= g.all),
              model.twin ? h('span.segments', {}, ['target', 'twin'].map(of => h('button', {type: 'button', 'aria-pressed': String((asked.of ?? 'target') === of), on: {click: () => read({from: g.from, of})}}, of))) : null)),
      scale('0 %', '100 % for the likeliest token', 'underlined: the token that does come next', true),
      h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Logit lens', on: {focusin: about, pointerover: about}}, h('table.lens', {}, h('caption.hidden', {}, 'Likeliest next token by layer and position'),
          h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, h('span.hidden', {}, 'Layer')), g.words.map((w, i) => h('th', {scope: 'col', class: g.from + i >= g.own ? 'own' : undefined}, visible(w))))),
          h('tbody', {}, layers.map((l, row) => h('tr', {}, h('th', {scope: 'row'}, l.site.replace(/^.*:/, '')),
              l.guesses.map((list, column) => h('td', {tabindex: row + column ? -1 : 0, data: {nav: '', row, column}, css: {'--rate': list[0].p.toFixed(3)},
                class: list[0].token === g.words[column + 1] ? 'comes' : undefined}, h('span', {}, visible(list[0].token))))))))),
      tell);
}

function features(f) {
  const tell = teller('Point at a word, or go to it by the arrow keys, to see its features.');
  const place = h('div');
  const list = h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Features'});
  const known = new Map(f.features.map(x => [x.feature, x]));
  let chosen = f.features[0];

  function choose(number) {
    const next = known.get(number);
    if (!next) return;
    chosen = next;
    draw();
  }

  const about = i => {
    const t = f.tokens[i];
    tell.tell(h('p.word', {}, visible(t.text)), t.left ? h('p.muted', {}, 'left out, as at training: its activations are outliers')
        : t.active.length ? h('ul.chips', {}, t.active.map(a => h('li', {}, h('button.plain', {type: 'button', disabled: !known.has(a.feature), on: {click: () => choose(a.feature)}}, `#${a.feature}`), h('span.muted', {}, ` ${fixed(a.value)}`))))
        : h('p.muted', {}, 'no feature is active'));
  };

  function draw() {
    const most = chosen ? Math.max(...chosen.values) : 1;
    place.replaceChildren(chosen ? h('h3', {}, 'Activation of feature ', h('b', {}, `#${chosen.feature}`), `, at most ${fixed(most)}`) : h('p.muted', {}, 'No feature is active in this text.'),
        flow(f.tokens.map((t, i) => ({text: t.text, value: chosen ? chosen.values[i] / most : 0})), about));
    list.replaceChildren(h('table.list', {}, h('caption.hidden', {}, 'Features by their mean activation'),
        h('thead', {}, h('tr', {}, [['Feature'], ['Mean', 'right'], f.twin ? ['In the twin', 'right'] : null, ['Makes likelier']].filter(Boolean).map(([t, side]) => h('th', {scope: 'col', class: side}, t)))),
        h('tbody', {}, f.features.map(x => h('tr', {class: x === chosen ? 'chosen' : undefined}, h('th', {scope: 'row'}, h('button.plain', {type: 'button', data: {nav: ''}, 'aria-pressed': String(x === chosen), on: {click: () => choose(x.feature)}}, `#${x.feature}`)),
            h('td.right', {}, fixed(x.mean)), f.twin ? h('td.right', {}, fixed(x.twin)) : null, h('td.promotes', {}, x.promotes.map(visible).join(' ')))))));
  }

  draw();
  return h('section', {}, h('h2', {}, `Features of ${f.model} at ${f.site}`),
      h('p.facts', {}, `${number(f.latents)} latents; the ${plural(f.features.length, 'feature')} of the largest mean over the text`),
      place, tell, list);
}

const asks = {recipe: 'own', towards: 'Well, to be honest with you,', away: 'Of course! Here is', strength: 0.5, seed: 1};

function steering(model, question, before, out) {
  const tried = [];
  const shown = h('output', {}, fixed(asks.strength));
  const own = h('div.two', {hidden: asks.recipe !== 'own'},
      field('Towards: beginnings of the reply, one a line', asks.towards, 3, v => { asks.towards = v; }),
      field('Away from: as many', asks.away, 3, v => { asks.away = v; }));
  const lines = s => s.split('\n').map(l => l.trim()).filter(Boolean);
  const write = () => question('steer', {before: before(), recipe: asks.recipe, towards: lines(asks.towards), away: lines(asks.away), strength: asks.strength, seed: asks.seed}, s => {
    tried.unshift(s);
    draw();
  });

  function draw() {
    const [now, ...others] = tried;
    out.replaceChildren(h('section', {}, h('h2', {}, `Plain and steered by ${nats(now.strength)}`),
        h('p.facts', {}, `${now.model}, the difference of means over ${plural(now.pairs, 'pair')} added at ${now.site}, at every position`),
        h('div.pair', {}, h('div.reply.twin', {}, h('h3', {}, 'Plain'), h('p', {}, now.plain || '(nothing)')), h('div.reply.target', {}, h('h3', {}, 'Steered'), h('p', {}, now.steered || '(nothing)'))),
        others.length ? [h('h3', {}, 'Before'), h('dl.tried', {}, others.map(t => [h('dt', {}, nats(t.strength)), h('dd', {}, t.steered || '(nothing)')]))] : null));
  }

  const slider = h('input', {type: 'range', min: -2, max: 2, step: 0.25, value: asks.strength, on: {
    input: e => {
      asks.strength = +e.target.value;
      shown.textContent = fixed(asks.strength);
    },
    change: () => tried.length && write()}});
  return h('form.source', {on: {submit: e => {
    e.preventDefault();
    write();
  }}},
      field('System prompt', text.system, 2, v => { text.system = v; }),
      field('User', text.user, 3, v => { text.user = v; }, {placeholder: 'What the user asks.'}),
      h('label.field', {}, h('span', {}, 'Direction'), h('select', {on: {change: e => {
        asks.recipe = e.target.value;
        own.hidden = asks.recipe !== 'own';
      }}}, [['own', 'texts of your own'], ['honesty', 'honesty, as the tool honesty-steering has it'], ['prefill', 'confession, as the tool prefill-steering has it']].map(([value, name]) =>
          h('option', {value, selected: value === asks.recipe}, name)))),
      own,
      h('label.field.slide', {}, h('span', {}, 'Strength ', shown), slider),
      h('label.field', {}, h('span', {}, 'Seed'), h('input', {type: 'number', min: 1, value: asks.seed, on: {input: e => { asks.seed = +e.target.value || 1; }}})),
      h('button.button', {type: 'submit'}, 'Write both'));
}
