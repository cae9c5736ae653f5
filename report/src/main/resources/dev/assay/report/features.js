'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const PAGE = 40;
const byId = id => document.getElementById(id);
const cards = data.cards.map(c => ({
  number: c[0], label: c[1], density: c[2], most: c[3], neighbours: c[4], up: c[5], down: c[6], note: c[7],
  contexts: c[8].map(x => ({ peak: x[0], value: x[1], tokens: x[2], weights: x[3] })),
}));
const byNumber = new Map(cards.map(c => [c.number, c]));
const word = t => data.tokens[t];

function make(tag, style, text) {
  const node = document.createElement(tag);
  if (style) node.className = style;
  if (text !== undefined) node.textContent = text;
  return node;
}

/* what is searched: a context as it reads, and the words around its peak, where the latent really is active */
function texts(card) {
  if (!card.texts) card.texts = card.contexts.map(c => ({
    all: c.tokens.map(word).join('').toLowerCase(),
    active: c.tokens.filter((t, i) => c.weights[i] > 0).map(word).join('').toLowerCase(),
  }));
  return card.texts;
}

/* a latent's rank for a query: contexts in which it is active on the words count ten times those that merely hold them */
function score(card, query) {
  if (card.label.toLowerCase().includes(query)) return 1000;
  let sum = 0;
  for (const t of texts(card)) sum += t.active.includes(query) ? 10 : t.all.includes(query) ? 1 : 0;
  for (const t of card.up) if (word(t).trim().toLowerCase() === query) sum += 5;
  return sum;
}

const orders = {
  number: (a, b) => a.number - b.number,
  density: (a, b) => b.density - a.density || a.number - b.number,
  rare: (a, b) => (a.density || 9) - (b.density || 9) || a.number - b.number,
  activation: (a, b) => b.most - a.most || a.number - b.number,
  note: (a, b) => b.note - a.note || a.number - b.number,
};
let found = [];
let shown = 0;

function look() {
  const query = byId('query').value.trim().toLowerCase();
  const number = /^#?\d+$/.test(query) ? Number(query.replace('#', '')) : -1;
  if (byNumber.has(number) && query.startsWith('#')) found = [byNumber.get(number)];
  else if (query) {
    const ranked = cards.map(c => [score(c, query), c]).filter(r => r[0] > 0);
    ranked.sort((a, b) => b[0] - a[0] || orders[byId('order').value](a[1], b[1]));
    found = ranked.map(r => r[1]);
    if (byNumber.has(number)) found.unshift(byNumber.get(number));
  } else {
    found = cards.filter(c => byId('silent').checked || c.density > 0);
    found.sort(orders[byId('order').value]);
  }
  byId('list').replaceChildren();
  shown = 0;
  more();
}

function more() {
  const list = byId('list');
  for (const card of found.slice(shown, shown + PAGE)) list.append(drawn(card));
  shown = Math.min(found.length, shown + PAGE);
  byId('count').textContent = `${found.length.toLocaleString('en')} of ${cards.length.toLocaleString('en')} latents`
    + (shown < found.length ? `, the first ${shown} shown` : '');
  byId('more').hidden = shown >= found.length;
}

function drawn(card) {
  const box = make('article', 'card');
  const head = make('h2', '', '#' + card.number);
  if (card.label) head.append(make('span', 'label', card.label));
  const percent = 100 * card.density;
  const often = card.density === 0 ? 'never active here' : 'active at ' + percent.toPrecision(2) + ' % of positions';
  head.append(make('span', 'meta', often + (card.most ? ', at most ' + card.most.toPrecision(3) : '')
    + (data.note ? ', ' + data.note + ' ' + card.note.toPrecision(3) : '')));
  const sides = make('div', 'sides');
  const contexts = make('div', 'contexts');
  for (const c of card.contexts) contexts.append(context(c));
  if (!card.contexts.length) contexts.append(make('p', 'context', 'No context.'));
  const aside = make('dl', 'aside');
  tokens(aside, 'makes likelier', card.up);
  tokens(aside, 'makes less likely', card.down);
  if (card.neighbours.length) {
    aside.append(make('dt', '', 'points where these do'));
    const dd = make('dd');
    for (const [n, cosine] of card.neighbours) {
      const go = make('button', '', `#${n} ${cosine.toFixed(2)}`);
      go.addEventListener('click', () => { byId('query').value = '#' + n; look(); scrollTo(0, 0); });
      dd.append(go);
    }
    aside.append(dd);
  }
  sides.append(contexts, aside);
  box.append(head, sides);
  return box;
}

function tokens(list, title, ids) {
  if (!ids.length) return;
  list.append(make('dt', '', title));
  const dd = make('dd');
  for (const t of ids) dd.append(make('span', 'token', word(t).replace(/\n/g, '⏎')));
  list.append(dd);
}

function context(c) {
  const line = make('p', 'context');
  line.dir = 'auto';
  c.tokens.forEach((t, i) => {
    const part = make('span', i === c.peak ? 'peak' : '', word(t).replace(/\n/g, '⏎'));
    if (c.weights[i] > 0) {
      part.style.background = `rgba(var(--fire), ${(0.08 + 0.5 * c.weights[i] / 99).toFixed(2)})`;
      part.title = (c.value * c.weights[i] / 99).toPrecision(3);
    }
    line.append(part);
  });
  line.append(make('span', 'value', c.value.toPrecision(3)));
  return line;
}

let waiting;
byId('query').addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(look, 150); });
byId('order').addEventListener('change', look);
byId('silent').addEventListener('change', look);
byId('more').addEventListener('click', more);
if (location.hash.length > 1) byId('query').value = decodeURIComponent(location.hash.slice(1));
look();
