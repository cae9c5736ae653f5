// Small drawings in SVG. Numbers they show stand beside them as text, so they are images to a screen reader.
import {s, fixed} from './dom.js';

const unit = x => Math.min(1, Math.max(0, x));

/** A share with its interval on a line from 0 to 1, and a tick where chance would be. */
export function whisker({rate, low, high, chance, from = 0, to = 1}, width = 72, height = 10) {
  const x = v => 2 + unit((v - from) / (to - from)) * (width - 4);
  const mid = height / 2;
  return s('svg', {class: 'whisker', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'xMinYMid', width, height, 'aria-hidden': 'true'},
      s('line', {class: 'track', x1: x(from), x2: x(to), y1: mid, y2: mid}),
      from < 0 ? s('line', {class: 'zero', x1: x(0), x2: x(0), y1: 1, y2: height - 1}) : null,
      low === undefined ? null : s('line', {class: 'range', x1: x(low), x2: x(high), y1: mid, y2: mid}),
      chance === undefined ? null : s('line', {class: 'chance', x1: x(chance), x2: x(chance), y1: 1, y2: height - 1}),
      s('circle', {class: 'point', cx: x(rate), cy: mid, r: 2.5}));
}

const thinned = (list, most) => list.length <= most ? list
    : Array.from({length: most}, (_, i) => list[Math.round(i * (list.length - 1) / (most - 1))]);

/** A frame with axes; returns it with its scales. */
function frame({width, height, x: [x0, x1], y: [y0, y1], xTicks, yTicks, xLabel, label}) {
  const left = 40;
  const bottom = 30;
  const x = v => left + (v - x0) / (x1 - x0 || 1) * (width - left - 8);
  const y = v => 8 + (y1 - v) / (y1 - y0 || 1) * (height - bottom - 8);
  const svg = s('svg', {class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label},
      yTicks.map(t => [
        s('line', {class: t === 0 ? 'axis' : 'grid', x1: left, x2: width - 8, y1: y(t), y2: y(t)}),
        s('text', {x: left - 6, y: y(t) + 4, 'text-anchor': 'end'}, tick(t))]),
      xTicks.map(t => s('text', {x: x(t), y: height - bottom + 16, 'text-anchor': t === x1 ? 'end' : 'middle'}, tick(t))),
      s('text', {class: 'name', x: width - 8, y: height - 2, 'text-anchor': 'end'}, xLabel));
  return {svg, x, y};
}

function tick(t) {
  if (Math.abs(t) >= 1e6) return `${+(t / 1e6).toFixed(1)} M`;
  if (Math.abs(t) >= 1e4) return `${Math.round(t / 1e3)} k`;
  return String(+t.toFixed(2)).replace('-', '−');
}

/** Round numbers that cut a range into about so many parts. */
export function ticks(from, to, about = 4) {
  const raw = (to - from) / about || 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(m => m * power).find(v => v >= raw);
  const out = [];
  for (let t = Math.ceil(from / step) * step; t <= to + step / 1e6; t += step) out.push(+t.toPrecision(10));
  return out;
}

/** An effect and its confidence sequence over pairs of talks; a click goes to the talk. */
export function sequence(path, open, name, width = 720) {
  const steps = thinned(path.map((p, i) => ({...p, n: i + 1})), 300);
  const last = path.at(-1);
  const {svg, x, y} = frame({
    width, height: 190, x: [1, Math.max(2, path.length)], y: [-1, 1], yTicks: [-1, -0.5, 0, 0.5, 1],
    xTicks: ticks(0, path.length).filter(t => t > 0), xLabel: 'pairs of talks',
    label: `${name}: effect ${fixed(last.mean)} after ${path.length} pairs, confidence sequence from ${fixed(last.low)} to ${fixed(last.high)}`,
  });
  const line = (of, list = steps) => list.map(p => `${x(p.n).toFixed(1)},${y(p[of]).toFixed(1)}`);
  svg.append(
      s('polygon', {class: 'band', points: [...line('high'), ...line('low', [...steps].reverse())].join(' ')}),
      s('polyline', {class: 'mean', points: line('mean').join(' ')}));
  const dot = s('circle', {class: 'point', r: 3.5, cx: x(path.length), cy: y(last.mean)});
  svg.append(dot);
  const nearest = e => {
    const box = svg.getBoundingClientRect();
    const at = (e.clientX - box.left) / box.width * width;
    return steps.reduce((best, p) => Math.abs(x(p.n) - at) < Math.abs(x(best.n) - at) ? p : best);
  };
  const hint = s('title');
  svg.append(hint);
  svg.addEventListener('pointermove', e => {
    const p = nearest(e);
    dot.setAttribute('cx', x(p.n));
    dot.setAttribute('cy', y(p.mean));
    hint.textContent = `after ${p.n} pairs: ${fixed(p.mean)} [${fixed(p.low)}, ${fixed(p.high)}], talk ${p.talk + 1}`;
  });
  svg.addEventListener('click', e => open(nearest(e).talk));
  return svg;
}

/** Where a detector fired along a run: up for the target, down for the twin. */
export function strip(fired, count, open) {
  const width = 1000;
  const x = i => (i + 0.5) / Math.max(1, count) * width;
  const wide = Math.max(1.5, Math.min(8, 0.7 * width / Math.max(1, count)));
  const bar = (f, of, up) => f[of] > 0 && s('rect', {
    class: of, x: x(f.talk) - wide / 2, width: wide, y: up ? 16 - 15 * f[of] : 17, height: 15 * f[of]});
  const svg = s('svg', {class: 'strip', viewBox: `0 0 ${width} 33`, preserveAspectRatio: 'none', 'aria-hidden': 'true'},
      s('line', {class: 'axis', x1: 0, x2: width, y1: 16.5, y2: 16.5}),
      fired.map(f => [bar(f, 'target', true), bar(f, 'twin', false)]),
      s('rect', {class: 'here', x: -9, width: 2, y: 0, height: 33}));
  svg.addEventListener('click', e => {
    const box = svg.getBoundingClientRect();
    open(Math.min(count - 1, Math.floor((e.clientX - box.left) / box.width * count)));
  });
  svg.at = i => svg.querySelector('.here').setAttribute('x', x(i) - 1);
  return svg;
}

/** Lines over samples: [{name, points: [[x, y], …]}]. */
export function curves(lines, {xLabel, label, yMax}) {
  const all = lines.flatMap(l => l.points);
  const top = yMax ?? Math.max(...all.map(p => p[1]), 0.001) * 1.05;
  const right = Math.max(...all.map(p => p[0]), 1);
  const {svg, x, y} = frame({width: 420, height: 200, x: [0, right], y: [0, top], yTicks: ticks(0, top),
    xTicks: ticks(0, right, 3), xLabel, label});
  lines.forEach((l, i) => svg.append(
      s('polyline', {class: `curve c${i}`, points: l.points.map(p => `${x(p[0]).toFixed(1)},${y(p[1]).toFixed(1)}`).join(' ')})));
  return svg;
}

/** Points of two shares, x logarithmic. */
export function scatter(points, {xLabel, label}) {
  const log = v => Math.log10(Math.max(v, 1e-6));
  const low = Math.floor(Math.min(...points.map(p => log(p.x))));
  const {svg, x, y} = frame({width: 420, height: 200, x: [low, 0], y: [0, 1], yTicks: [0, 0.25, 0.5, 0.75, 1],
    xTicks: [], xLabel, label});
  for (let t = low; t <= 0; t++) svg.append(s('text', {x: x(t), y: 186, 'text-anchor': t === 0 ? 'end' : 'middle'}, t === 0 ? '1' : `10${'⁻'}${'⁰¹²³⁴⁵⁶⁷⁸⁹'[-t]}`));
  svg.append(...points.map(p => s('circle', {class: 'spot', cx: x(log(p.x)), cy: y(p.y), r: 2.2}, s('title', {}, p.title))));
  return svg;
}

/** Differences pair by pair, their mean with its interval, and the noise floor around 0. */
export function pairs(values, effect, most, floor) {
  const width = 520;
  const height = 54;
  const x = v => 10 + (Math.min(most, Math.max(-most, v)) + most) / (2 * most) * (width - 20);
  const range = effect?.interval;
  return s('svg', {class: 'chart pairs', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${values.length} differences, mean ${fixed(effect?.mean, 3)}${range ? ` from ${fixed(range.low, 3)} to ${fixed(range.high, 3)}` : ''}`},
      Number.isFinite(floor) ? s('rect', {class: 'floor', x: x(-floor), width: x(floor) - x(-floor), y: 4, height: 30}) : null,
      s('line', {class: 'axis', x1: x(0), x2: x(0), y1: 2, y2: 36}),
      range ? s('line', {class: 'interval', x1: x(range.low), x2: x(range.high), y1: 28, y2: 28}) : null,
      effect ? s('circle', {class: 'point', cx: x(effect.mean), cy: 28, r: 4}) : null,
      values.map(v => s('circle', {class: 'spot', cx: x(v), cy: 12, r: 3.5}, s('title', {}, fixed(v, 4)))),
      [-most, 0, most].map((t, i) => s('text', {x: x(t), y: 50, 'text-anchor': ['start', 'middle', 'end'][i]}, i === 1 ? '0' : fixed(t, 3))));
}
