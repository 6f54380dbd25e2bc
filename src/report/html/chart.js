// Charts of what the filters let through. What is drawn also stands beside it in words and numbers; a click filters.

const MAX_BARS = 10;

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
  const cards = [timeChart(), layerChart(), ruleChart(), placeChart(), sureChart()].filter(Boolean);
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

/** Bars of the values that findings have, the most frequent first. */
function bars(name, all, valuesOf, words = (value) => value) {
  const tally = new Map();
  for (const finding of all) {
    for (const value of valuesOf(finding)) {
      if (!tally.has(value)) tally.set(value, { value, count: 0, parts: {} });
      const one = tally.get(value);
      one.count += 1;
      one.parts[finding.severity] = (one.parts[finding.severity] || 0) + 1;
    }
  }
  const chosen = state.marks[name];
  const sorted = [...tally.values()].sort((a, b) => (b.value === chosen) - (a.value === chosen) || b.count - a.count || compare(a.value, b.value));
  const most = Math.max(1, ...sorted.slice(0, MAX_BARS).map(({ count }) => count));
  const items = sorted.slice(0, MAX_BARS).map((one) => make('li', {}, barButton(name, one, words(one.value), most)));
  const left = sorted.length - items.length;
  return [make('ul', { class: 'bars' }, items), left > 0 ? make('p', { class: 'muted more' }, `and ${number(left)} more`) : null];
}

function barButton(name, { value, count, parts }, words, most) {
  return make('button', {
    type: 'button', class: 'bar-row', 'data-bar': `${name} ${value}`, 'aria-pressed': String(state.marks[name] === value),
    title: words, onclick: () => toggleMark(name, value),
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
  const words = (value) => (value === './' ? '(top level)' : value);
  const tabs = make('div', { class: 'tabs', role: 'group', 'aria-label': 'Count by' }, tab('Folders', true), tab('Files', false));
  return chartCard('By place', canChoose ? tabs : null, bars('path', butMark('path'), valuesOf, words));
}

function layerChart() {
  if (!findings.some(({ layers }) => layers.length)) return null;
  const made = new Map(findings.flatMap(({ places }) => places).map((place) => [layerOf(place), instructionOf(place)]));
  const words = (value) => `${value}${made.get(value) ? `  ${made.get(value)}` : ''}`;
  return chartCard('By layer', null, bars('layer', butMark('layer'), ({ layers }) => layers, words));
}

function instructionOf({ image }) {
  return image && image.layer && image.layer.instruction ? image.layer.instruction.split('\n')[0] : '';
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
