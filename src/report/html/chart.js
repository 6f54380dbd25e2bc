// Charts of what the filters let through. What is drawn also stands beside it in words and numbers; a click filters.

const MAX_BARS = 10;
/** The most characters of a path in a chart. */
const MAX_PATH = 28;

/** The severities as a ring, with the number of findings in it. */
function ring(counts, total) {
  const radius = 52;
  const around = 2 * Math.PI * radius;
  let done = 0;
  const parts = SEVERITIES.filter((name) => counts[name]).map((name) => {
    const share = counts[name] / total;
    const gap = share < 1 ? Math.min(2.5, (share * around) / 3) : 0;
    const part = draw('circle', {
      class: `slice sev-${name}`, r: radius, cx: 70, cy: 70, transform: `rotate(${360 * done - 90} 70 70)`,
      'stroke-dasharray': `${share * around - gap} ${around}`, onclick: () => toggleFacet('severity', name),
    }, draw('title', {}, `${capital(name)}: ${number(counts[name])}`));
    done += share;
    return part;
  });
  const words = SEVERITIES.filter((name) => counts[name]).map((name) => `${counts[name]} ${name}`).join(', ') || 'none';
  return draw('svg', { class: 'ring', viewBox: '0 0 140 140', role: 'img', 'aria-label': `Findings by severity: ${words}` },
    draw('circle', { class: 'ring-back', r: radius, cx: 70, cy: 70 }), parts,
    draw('text', { class: 'ring-number', x: 70, y: 74 }, number(total)),
    draw('text', { class: 'ring-words', x: 70, y: 92 }, total === 1 ? 'finding' : 'findings'));
}

/** Draws all charts. */
function showCharts() {
  const others = [sureChart(), stateChart()].filter(Boolean);
  const cards = [timeChart(), layerChart(), ruleChart(), placeChart(), others.length ? make('div', { class: 'stack' }, others) : null].filter(Boolean);
  const focus = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.bar : undefined;
  byId('charts').replaceChildren(...cards);
  byId('overview').hidden = cards.length === 0;
  if (focus) {
    const again = [...byId('charts').querySelectorAll('[data-bar]')].find((bar) => bar.dataset.bar === focus);
    if (again) again.focus({ preventScroll: true });
  }
}

function chartCard(title, note, ...content) {
  return make('section', { class: 'card chart', 'aria-label': title }, make('div', { class: 'chart-head' },
    make('h3', {}, title), note), content);
}

/** How often findings have a value, and how bad those are. */
function talliesOf(all, valuesOf) {
  const tally = new Map();
  for (const finding of all) {
    for (const value of valuesOf(finding)) {
      if (!tally.has(value)) tally.set(value, { value, count: 0, parts: {} });
      const one = tally.get(value);
      one.count += 1;
      one.parts[finding.severity] = (one.parts[finding.severity] || 0) + 1;
    }
  }
  return tally;
}

/** Bars of the values that findings have, the most frequent first. */
function bars(name, all, valuesOf, words = (value) => value) {
  const tally = talliesOf(all, valuesOf);
  const chosen = state.marks[name];
  const sorted = [...tally.values()].sort((a, b) => (b.value === chosen) - (a.value === chosen) || b.count - a.count || compare(a.value, b.value));
  const most = Math.max(1, ...sorted.slice(0, MAX_BARS).map(({ count }) => count));
  const items = sorted.slice(0, MAX_BARS).map((one) => make('li', {},
    barButton(one, words(one.value), most, { key: `${name} ${one.value}`, isChosen: one.value === chosen, choose: () => toggleMark(name, one.value) })));
  const left = sorted.length - items.length;
  return [make('ul', { class: 'bars' }, items), left > 0 ? make('p', { class: 'muted more' }, `and ${number(left)} more`) : null];
}

function barButton({ value, count, parts }, words, most, { key, isChosen, choose }) {
  return make('button', {
    type: 'button', class: 'bar-row', 'data-bar': key, 'aria-pressed': String(isChosen), title: value, onclick: choose,
  }, make('span', { class: 'bar-words' }, words), barDrawing(parts, count, most), make('span', { class: 'bar-count' }, number(count)));
}

/** A bar in the colours of the severities. */
function barDrawing(parts, count, most) {
  let left = 0;
  const pieces = SEVERITIES.filter((name) => parts[name]).map((name) => {
    const wide = (parts[name] / most) * 100;
    const piece = draw('rect', { class: `sev-${name}`, x: `${left}%`, y: 0, width: `${Math.max(wide, 0.8)}%`, height: 8 });
    left += wide;
    return piece;
  });
  return draw('svg', { class: 'bar-drawing', 'aria-hidden': 'true', height: 8 }, draw('rect', { class: 'bar-back', width: '100%', height: 8 }), pieces);
}

function ruleChart() {
  if (!findings.length) return null;
  return chartCard('By rule', null, bars('rule', butMark('rule'), (one) => [one.rule.id]));
}

/** Whether the chart of places shows folders or files. */
let showsFolders = true;

function placeChart() {
  if (!findings.length) return null;
  const folders = new Set(findings.flatMap(({ files }) => files.map(folderOf)));
  const canChoose = folders.size > 1;
  const isFolder = showsFolders && canChoose;
  const tab = (words, value) => make('button', {
    type: 'button', class: 'small', 'data-bar': `tab ${words}`, 'aria-pressed': String(isFolder === value), onclick: () => { showsFolders = value; showCharts(); },
  }, words);
  const valuesOf = ({ files }) => [...new Set(files.map(isFolder ? folderOf : (file) => file))];
  const words = (value) => (value === './' ? '(top level)' : shortPath(value));
  const tabs = make('div', { class: 'tabs', role: 'group', 'aria-label': 'Count by' }, tab('Folders', true), tab('Files', false));
  return chartCard('By place', canChoose ? tabs : null, bars('path', butMark('path'), valuesOf, words));
}

/** A path without so many of its first parts that it is too long to tell from others. */
function shortPath(path) {
  const parts = path.split('/');
  let from = 0;
  while (parts.slice(from).join('/').length > MAX_PATH && from < parts.length - (path.endsWith('/') ? 2 : 1)) from += 1;
  return from ? `…/${parts.slice(from).join('/')}` : path;
}

/** What became of secrets and what can be done, as far as that is known. */
function stateChart() {
  const known = STATES.filter(([name]) => findings.some(({ states }) => states.has(name)));
  if (!known.length) return null;
  const tally = talliesOf(but(1 << FACETS.findIndex(({ name }) => name === 'state')), ({ states }) => states);
  const most = Math.max(1, ...[...tally.values()].map(({ count }) => count));
  const items = known.map(([name, words]) => make('li', {}, barButton(tally.get(name) || { value: name, count: 0, parts: {} }, words, most,
    { key: `state ${name}`, isChosen: state.facets.state.has(name), choose: () => toggleFacet('state', name) })));
  return chartCard('State', null, make('ul', { class: 'bars' }, items));
}

function layerChart() {
  if (!findings.some(({ layers }) => layers.length)) return null;
  const places = findings.flatMap((finding) => finding.places).filter(({ image }) => image);
  const made = new Map(places.map((place) => [layerOf(place), place.image]));
  const isOne = new Set(places.map(({ image }) => image.name || image.source)).size === 1;
  const words = (value) => {
    const image = made.get(value);
    const name = isOne ? value.slice((image.name || image.source).length + 1).replace(/^layer/, 'Layer') : value;
    return [name, instructionOf(image)].filter(Boolean).join(': ');
  };
  const chart = chartCard('By layer', null, bars('layer', butMark('layer'), ({ layers }) => layers, words));
  chart.classList.add('wide-chart');
  return chart;
}

function instructionOf({ layer }) {
  return layer && layer.instruction ? layer.instruction.split('\n')[0] : '';
}

/** Confidence by what secrets prove, as a table of numbers on shaded cells. */
function sureChart() {
  const shown = but(1 << FACETS.findIndex(({ name }) => name === 'verdict') | 1 << FACETS.findIndex(({ name }) => name === 'confidence'));
  const rows = [...VERDICTS, ['', 'Policy']].filter(([name]) => findings.some(({ verdict }) => verdict === name));
  if (!rows.length) return null;
  const columns = CONFIDENCES.filter((name) => findings.some(({ confidence }) => confidence === name));
  const tally = new Map();
  for (const { verdict, confidence } of shown) tally.set(`${verdict} ${confidence}`, (tally.get(`${verdict} ${confidence}`) || 0) + 1);
  const most = Math.max(1, ...tally.values());
  const cell = (verdict, words, confidence) => {
    const count = tally.get(`${verdict} ${confidence}`) || 0;
    const isChosen = state.facets.confidence.has(confidence) && (verdict ? state.facets.verdict.has(verdict) : state.facets.kind.has('policy'));
    const level = count ? Math.ceil((4 * Math.log(count + 1)) / Math.log(most + 1)) : 0;
    return make('td', {}, make('button', {
      type: 'button', class: `shade level-${level}`, 'data-bar': `sure ${verdict} ${confidence}`, disabled: !count && !isChosen, 'aria-pressed': String(isChosen),
      'aria-label': `${words}, ${capital(confidence)} confidence: ${number(count)}`, onclick: () => toggleSure(verdict, confidence, isChosen),
    }, count ? number(count) : '·'));
  };
  const head = make('tr', {}, make('td', {}), columns.map((name) => make('th', { scope: 'col' }, capital(name))));
  const body = rows.map(([name, words, meaning]) => make('tr', {}, make('th', { scope: 'row', title: meaning || null }, words), columns.map((column) => cell(name, words, column))));
  return chartCard('How sure it is', make('span', { class: 'muted' }, 'confidence'), make('table', { class: 'sure' }, make('thead', {}, head), make('tbody', {}, body)));
}

function toggleSure(verdict, confidence, isChosen) {
  const none = { confidence: new Set(), verdict: new Set(), kind: state.facets.kind };
  const one = { ...none, confidence: new Set([confidence]), ...verdict ? { verdict: new Set([verdict]) } : { kind: new Set(['policy']) } };
  if (isChosen && !verdict) none.kind = new Set();
  Object.assign(state.facets, isChosen ? none : one);
  state.page = 0;
  refresh();
}
