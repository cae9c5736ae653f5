// The keyboard: j and k (and arrows in a table), Enter by the browser, Escape upwards, / to search, ? for help.
import {h} from './dom.js';

const LINES = [
  ['j  k', 'next, previous'],
  ['h  l', 'left, right in the heat map'],
  ['Enter', 'open'],
  ['Esc', 'one level up'],
  ['n  p', 'next, previous evidence in a run'],
  ['/', 'search all transcripts'],
  ['t', 'dark or light'],
  ['?', 'this list'],
];

export function help(dialog) {
  dialog.replaceChildren(
      h('h2', {id: 'help-title'}, 'Keyboard'),
      h('dl', {}, LINES.map(([keys, what]) => [
        h('dt', {}, keys.split('  ').map(k => h('kbd', {}, k))), h('dd', {}, what)])),
      h('form', {method: 'dialog'}, h('button.plain', {}, 'Close')));
  dialog.showModal();
}

const typing = node => node.matches('input, textarea, select');

/** Moves the focus among what can be opened; in a grid by rows and columns. */
function move(down, right) {
  const items = [...document.querySelectorAll('main [data-nav]')].filter(n => n.offsetParent);
  const here = document.activeElement;
  const at = items.indexOf(here);
  if (at < 0) return items[0]?.focus();
  if (here.dataset.row !== undefined) {
    const [row, column] = [+here.dataset.row + down, +here.dataset.column + right];
    const step = down ? items.filter(n => +n.dataset.column === column && (down > 0 ? +n.dataset.row >= row : +n.dataset.row <= row))
        : items.filter(n => +n.dataset.row === row && (right > 0 ? +n.dataset.column >= column : +n.dataset.column <= column));
    (down < 0 || right < 0 ? step.at(-1) : step[0])?.focus();
  } else if (down) items[at + down]?.focus();
}

/** @param page gives what is shown: its own keys and what lies above it */
export function keyboard(page, {focusSearch, showHelp, theme}) {
  const common = {
    j: () => move(1, 0), k: () => move(-1, 0), h: () => move(0, -1), l: () => move(0, 1),
    '/': focusSearch, '?': showHelp, t: theme,
    Escape: () => { if (page().up) location.hash = page().up; },
  };
  const grid = {ArrowDown: common.j, ArrowUp: common.k, ArrowLeft: common.h, ArrowRight: common.l};
  document.addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || document.querySelector('dialog[open]')) return;
    if (typing(e.target)) {
      if (e.key === 'Escape') e.target.blur();
      return;
    }
    const inGrid = document.activeElement?.dataset.row !== undefined;
    const run = page().keys?.[e.key] ?? common[e.key] ?? (inGrid ? grid[e.key] : undefined);
    if (!run) return;
    e.preventDefault();
    run();
  });
}
