// Which page is shown: the part of the address behind #.
import {get, listen, Missing} from './data.js';
import {h, address, fill} from './dom.js';
import {help, keyboard} from './keys.js';
import {showMap} from './map.js';

const VIEWS = {
  audits: (id, what, ...rest) => what === 'cell' ? ['cell', id, ...rest] : what === 'run' ? ['run', id, ...rest] : what === 'static' ? ['static', id] : ['map', id],
  search: id => ['search', id],
  compare: (a, b) => ['compare', a, b],
  organisms: (id, name) => ['organisms', id, name],
  autoencoders: id => ['autoencoders', id],
  certificates: id => ['certificate', id],
  petri: (id, rank) => ['petri', id, rank],
  research: (id, sprint) => ['research', id, sprint],
  live: tab => ['live', tab],
};

const main = document.querySelector('main');
const scrolled = new Map();
let index;
let page = {};
let shown = '';
let turn = 0;

function route() {
  const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  return {parts: parts.length ? parts : start(), query: new URLSearchParams(query ?? '')};
}

function start() {
  for (const kind of ['audits', 'petri', 'research', 'organisms', 'autoencoders', 'certificates'])
    if (index[kind].length) return [kind, index[kind][0].id];
  return index.model ? ['live'] : [];
}

async function view(name) {
  if (name === 'map') return showMap;
  const module = await import(`./${name}.js`);
  return module.show;
}

async function draw() {
  const mine = ++turn;
  const {parts, query} = route();
  const [name, ...args] = VIEWS[parts[0]]?.(...parts.slice(1)) ?? [];
  scrolled.set(shown, scrollY);
  page.leave?.();
  page = {};
  const root = h('div.page');
  const slow = setTimeout(() => document.body.classList.add('waiting'), 250);
  try {
    if (!name) throw new Missing(parts.length ? 'There is no such page.' : empty());
    const render = await view(name);
    const made = await render(root, {index, query}, ...args);
    if (mine !== turn) {
      clearTimeout(slow);
      return made?.leave?.();
    }
    page = made ?? {};
  } catch (e) {
    if (mine !== turn) return clearTimeout(slow);
    if (!(e instanceof Missing)) console.error(e);
    fill(root, h('div.note', {}, h('h1', {}, 'Nothing to show here'), h('p', {}, e.message),
        h('p', {}, h('a', {href: '#/'}, 'To the start'))));
  }
  clearTimeout(slow);
  document.body.classList.remove('waiting');
  main.replaceChildren(root);
  main.dataset.view = name ?? 'none';
  document.title = page.title ? `${page.title} · Assay` : 'Assay';
  navigation(parts);
  if (shown !== location.hash) {
    main.focus({preventScroll: true});
    scrollTo(0, scrolled.get(location.hash) ?? 0);
  }
  shown = location.hash;
  page.arrived?.();
}

const empty = () => 'The folders that were given hold no audits, dialogues, research, organisms, autoencoders or certificates yet. What comes is shown.';

function navigation(parts) {
  const audits = index.audits.find(a => a.id === parts[1]) ?? index.audits[0];
  const links = [
    index.audits.length && ['audits', 'Audits', address('audits', audits.id)],
    index.audits.length > 1 && ['compare', 'Compare', address('compare', index.audits[0].id, index.audits[1].id)],
    index.petri.length && ['petri', 'Dialogues', address('petri', index.petri[0].id)],
    index.live && (index.model || index.audits.length) && ['live', 'Tokens', '#/live'],
    index.research.length && ['research', 'Research', address('research', index.research[0].id)],
    index.organisms.length && ['organisms', 'Organisms', address('organisms', index.organisms[0].id)],
    index.autoencoders.length && ['autoencoders', 'Autoencoders', '#/autoencoders'],
    index.certificates.length && ['certificates', 'Certificates', address('certificates', index.certificates[0].id)],
  ].filter(Boolean);
  const nav = document.querySelector('.top nav');
  nav.replaceChildren(...links.map(([kind, text, href]) =>
      h('a', {href, 'aria-current': kind === parts[0] ? 'page' : undefined}, text)));
  const on = nav.querySelector('[aria-current]');
  if (on) nav.scrollLeft = on.offsetLeft - nav.offsetLeft - 40;
  document.querySelector('.find').hidden = !index.audits.length;
  searched = audits?.id;
}

let searched;
const words = document.querySelector('#words');
document.querySelector('.find').addEventListener('submit', e => {
  e.preventDefault();
  if (words.value.trim()) location.hash = `${address('search', searched)}?q=${encodeURIComponent(words.value.trim())}`;
});

const dialog = document.querySelector('.help');
const showHelp = () => help(dialog);
document.querySelector('.ask').addEventListener('click', showHelp);

function theme() {
  const now = document.documentElement.dataset.theme
      ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = now === 'dark' ? 'light' : 'dark';
  localStorage.setItem('theme', document.documentElement.dataset.theme);
}
if (localStorage.getItem('theme')) document.documentElement.dataset.theme = localStorage.getItem('theme');
document.querySelector('.theme').addEventListener('click', theme);

keyboard(() => page, {focusSearch: () => words.focus(), showHelp, theme});

const dot = document.querySelector('.live');
async function changed(kind, what) {
  dot.title = `Last change ${new Date().toLocaleTimeString()}`;
  if (kind === 'research') return page.update?.(what);
  const known = index.audits.find(a => a.id === what.id);
  if (kind === 'shelf' || !known) return caughtUp();
  if (known.runs === what.runs && known.read === what.read) await caughtUp();
  Object.assign(known, {runs: what.runs, read: what.read});
  page.update?.(what);
}

/** Takes in what changed while nobody listened: before the first event, or while the connection was gone. */
async function caughtUp() {
  const now = await get('index');
  const before = new Map(index.audits.map(a => [a.id, a]));
  index = {...now, audits: now.audits.map(a => {
    const same = before.get(a.id);
    const moved = same && (same.runs !== a.runs || same.read !== a.read);
    const kept = Object.assign(same ?? {}, a);
    if (moved) page.update?.({id: a.id});
    return kept;
  })};
  for (const r of index.research) page.update?.({id: r.id});
  if (page.title) navigation(route().parts);
  else draw();
}

async function begin() {
  try {
    index = await get('index');
  } catch (e) {
    main.replaceChildren(h('div.note', {}, h('h1', {}, 'Nothing to show here'), h('p', {}, e.message)));
    return;
  }
  addEventListener('hashchange', draw);
  await draw();
  if (!index.live) return;
  dot.hidden = false;
  listen(changed, on => {
    dot.classList.toggle('off', !on);
    dot.textContent = on ? 'live' : 'not connected';
    if (on) caughtUp();
  });
}

begin();
