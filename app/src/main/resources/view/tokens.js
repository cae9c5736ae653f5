// A text as its tokens, coloured by numbers: the numbers of one are told when it has the focus or the pointer.
import {h} from './dom.js';

/** A token as one sees it: blanks and line breaks have signs. */
export const visible = text => text.replace(/\n/g, '⏎').replace(/\t/g, '⇥').replace(/^ +| +$/g, s => '·'.repeat(s.length)) || '∅';

/**
 * @param tokens [{text, value}], value from -1 (the one colour) to 1 (the other), undefined where there is none
 * @param tell what is to be shown of the token of a number
 * @param lead text before the tokens
 */
export function flow(tokens, tell, lead = '') {
  const first = tokens.findIndex(t => t.text);
  const nodes = tokens.map((t, i) => t.text ? h('span.token', {
    class: `token${t.value > 0 ? ' more' : t.value < 0 ? ' less' : ''}`, css: {'--rate': Math.min(1, Math.abs(t.value ?? 0)).toFixed(3)},
    tabindex: i === first ? 0 : -1, data: {nav: '', row: 0, column: i}}, t.text) : null);
  const at = e => {
    const token = e.target.closest('.token');
    if (token) tell(+token.dataset.column, token);
  };
  return h('p.tokens', {on: {focusin: at, pointerover: at}}, lead ? h('span.muted', {}, lead) : null, nodes);
}

/** Where the numbers of a token are told. */
export function teller(empty) {
  const node = h('div.told', {'aria-live': 'polite'}, h('p.muted', {}, empty));
  node.tell = (...what) => node.replaceChildren(...what.flat().filter(Boolean));
  return node;
}

/** Numbers with names. */
export const facts = list => h('dl.facts-list', {}, list.filter(Boolean).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));

/** What the two colours mean. */
export const scale = (left, right, most, single) => h(single ? 'div.scale.single' : 'div.scale', {}, h('span', {}, left), h('span.bar', {'aria-hidden': 'true'}), h('span', {}, right), most ? h('span.muted', {}, most) : null);
