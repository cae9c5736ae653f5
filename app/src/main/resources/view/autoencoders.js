// Training runs of autoencoders: curves, scores, single latents, the feature dashboard.
import {get} from './data.js';
import {h, address, crumbs, fill, fixed, number, plural} from './dom.js';
import {curves, scatter} from './charts.js';

export async function show(root, {index}, id) {
  return id ? one(root, id) : list(root, index);
}

async function list(root, index) {
  fill(root, h('header.head', {}, h('div', {}, h('h1', {}, 'Autoencoders'), h('p.facts', {}, plural(index.autoencoders.length, 'training run')))),
      h('div.scroll', {tabindex: 0, role: 'region', 'aria-label': 'Training runs'}, h('table.list', {}, h('caption.hidden', {}, 'Training runs'),
          h('thead', {}, h('tr', {}, [['Run'], ['On'], ['Samples', 'right'], ['Score', 'right'], ['State']].map(([t, side]) => h('th', {scope: 'col', class: side}, t)))),
          h('tbody', {}, index.autoencoders.map(l => h('tr', {},
              h('th', {scope: 'row'}, h('a', {href: address('autoencoders', l.id), data: {nav: ''}}, l.name)),
              h('td', {}, l.ground), h('td.right', {}, number(l.samples)), h('td.right', {}, l.score === null ? '' : `${l.measure === 'f1' ? 'F1' : 'EV'} ${fixed(l.score, 3)}`),
              h('td', {}, l.done ? 'ended' : 'running or stopped')))))));
  return {title: 'Autoencoders', up: '#/'};
}

async function one(root, id) {
  const {line, config, points, result, latents, dashboard} = await get('autoencoders', id);
  const curve = (...names) => names.map(n => ({name: n, points: points.filter(p => typeof p[n] === 'number').map(p => [p.samples, p[n]])})).filter(l => l.points.length);
  const drawn = [
    [curve('f1', 'mcc', 'ev'), 'Scores', {yMax: 1}],
    [[{name: 'mse', points: points.map(p => [p.samples, p.losses.mse_loss]).filter(p => p[1] !== undefined)}], 'Squared error', {}],
    [curve('l0'), 'Active latents', {}], [curve('dead'), 'Dead latents', {}]].filter(([lines]) => lines.some(l => l.points.length > 1));
  fill(root,
      crumbs(['Autoencoders', '#/autoencoders'], [line.name]),
      h('header.head', {}, h('div', {}, h('h1', {}, line.name), h('p.facts', {}, [`on ${line.ground}`, plural(line.samples, 'sample'), line.done ? 'ended' : 'not ended'].join(' · '))),
          dashboard ? h('a.button', {href: `dashboards/${encodeURIComponent(id)}`}, 'Feature dashboard') : null),
      h('div.figures', {}, drawn.map(([lines, title, more]) => h('figure', {}, h('figcaption', {}, title, lines.length > 1 ? h('span.key', {}, lines.map((l, i) => h(`span.c${i}`, {}, l.name))) : null),
          curves(lines, {xLabel: 'samples', label: `${title} over samples: ${lines.map(l => `${l.name} ends at ${fixed(l.points.at(-1)?.[1], 3)}`).join(', ')}`, ...more}))),
          latents.length ? h('figure', {}, h('figcaption', {}, 'Single latents: F1 by how often the feature fires'), scatter(latents.map(l => ({x: l.rate, y: l.f1, title: `latent ${l.index}, feature ${l.feature}: F1 ${fixed(l.f1)}, cosine ${fixed(l.cosine)}`})),
              {xLabel: 'share of samples', label: `F1 of ${latents.length} latents by frequency of their features`})) : null),
      result ? h('section', {}, h('h2', {}, 'Result'), scores(result)) : null,
      h('section', {}, h('h2', {}, 'Configuration'), h('pre.config', {}, JSON.stringify(config, null, 2))));
  return {title: line.name, up: '#/autoencoders'};
}

function scores(result) {
  const names = [...new Set([...Object.keys(result.training), ...Object.keys(result.inference)])];
  return h('table.list.narrow', {}, h('caption.hidden', {}, 'Scores'),
      h('thead', {}, h('tr', {}, h('td', {}), h('th.right', {scope: 'col'}, 'as trained'), h('th.right', {scope: 'col'}, 'as used'))),
      h('tbody', {}, names.map(n => h('tr', {}, h('th', {scope: 'row'}, n), h('td.right', {}, fixed(result.training[n], 3)), h('td.right', {}, fixed(result.inference[n], 3))))));
}
