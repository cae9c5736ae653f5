// Elements from text, never from HTML: whatever a model wrote stays text.

/** An element: h('a.cell', {href, data: {key}, on: {click}}, child, 'text', …). Children that are null or false are left out. */
export function h(spec, props = {}, ...children) {
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag || 'div');
  if (classes.length) node.className = classes.join(' ');
  return dress(node, props, children);
}

/** Puts these in the place of what is in a node; as everywhere, what is null or false is left out. */
export function fill(node, ...children) {
  node.replaceChildren();
  return dress(node, {}, children);
}

/** As h, in SVG. */
export function s(tag, props = {}, ...children) {
  return dress(document.createElementNS('http://www.w3.org/2000/svg', tag), props, children);
}

function dress(node, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') for (const [event, run] of Object.entries(value)) node.addEventListener(event, run);
    else if (name === 'data') for (const [key, v] of Object.entries(value)) node.dataset[key] = v;
    else if (name === 'css') for (const [key, v] of Object.entries(value)) node.style.setProperty(key, v);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat(3).filter(c => c !== null && c !== undefined && c !== false));
  return node;
}

export const number = n => Number(n).toLocaleString('en-US');
export const percent = x => isNumber(x) ? `${Math.round(100 * x)}\u2009%` : '–';
export const fixed = (x, digits = 2) => isNumber(x) ? Number(x).toFixed(digits).replace('-', '−') : '–';
export const interval = i => i ? `[${fixed(i.low)}, ${fixed(i.high)}]` : '';
export const isNumber = x => typeof x === 'number' && Number.isFinite(x);
export const plural = (n, one, many = one + 's') => `${number(n)} ${n === 1 ? one : many}`;

/** A p-value or the like, short. */
export function small(p) {
  if (!isNumber(p)) return '–';
  if (p >= 0.001) return p.toFixed(3);
  const [digits, power] = p.toExponential(0).split('e');
  return `${digits}·10${power.replace('-', '⁻').replace(/\d/g, d => '⁰¹²³⁴⁵⁶⁷⁸⁹'[d])}`;
}

/** What the judge said, as a dot and a word. */
export function verdict(word) {
  return h(`span.verdict.${word || 'none'}`, {}, word.replace('-', ' ') || 'not judged');
}

/** The way back up, and where one is. */
export function crumbs(...parts) {
  return h('nav.crumbs', {'aria-label': 'Where this is'}, h('ol', {}, parts.map(([text, href]) =>
      h('li', {}, href ? h('a', {href}, text) : h('span', {'aria-current': 'page'}, text)))));
}

export const address = (...parts) => '#/' + parts.map(p => encodeURIComponent(p)).join('/');
