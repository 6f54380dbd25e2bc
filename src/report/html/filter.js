// Which findings are shown, in which order and groups. The choice stands in the address, behind `#`, so that it can be sent.

/** Choices of several values. Nothing chosen lets everything through. */
const FACETS = [
  { name: 'severity', title: 'Severity', rows: SEVERITIES.map((name) => [name, capital(name)]), of: (one) => [one.severity] },
  { name: 'kind', title: 'Kind', rows: [['secret', 'Secrets'], ['policy', 'Policies']], of: (one) => [one.kind] },
  { name: 'confidence', title: 'Confidence', rows: CONFIDENCES.map((name) => [name, capital(name)]), of: (one) => [one.confidence] },
  { name: 'verdict', title: 'What the secret proves', rows: VERDICTS, of: (one) => (one.verdict ? [one.verdict] : []) },
  { name: 'state', title: 'State', rows: STATES, of: (one) => [...one.states] },
];

/** Choices of one value, made in charts and groups. */
const MARKS = [
  { name: 'rule', title: 'rule', fits: (one, value) => one.rule.id === value },
  { name: 'path', title: 'in', fits: (one, value) => one.files.some((file) => isIn(file, value)) },
  { name: 'when', title: 'first commit in', fits: (one, value) => one.day.startsWith(value) },
  { name: 'layer', title: 'in', fits: (one, value) => one.layers.includes(value) },
  { name: 'commit', title: 'since commit', fits: (one, value) => one.commit === value },
];

const GROUPS = {
  '': ['nothing'],
  rule: ['rule', (one) => one.rule.id],
  file: ['file', (one) => one.files[0] || ''],
  commit: ['commit', (one) => one.commit],
  layer: ['layer', (one) => one.layers[0] || ''],
  severity: ['severity', (one) => one.severity],
};

const SORTS = {
  '': ['worst first', () => 0],
  confidence: ['surest first', (a, b) => CONFIDENCES.indexOf(a.confidence) - CONFIDENCES.indexOf(b.confidence)],
  path: ['by path', (a, b) => compare(a.files[0] || '', b.files[0] || '') || a.places[0].line - b.places[0].line],
  rule: ['by rule', (a, b) => compare(a.rule.id, b.rule.id)],
  newest: ['newest first', (a, b) => compare(b.day, a.day)],
  oldest: ['oldest first', (a, b) => compare(a.day || '~', b.day || '~')],
  places: ['most places first', (a, b) => placesOf(b) - placesOf(a)],
};

/** The bits of what a finding does not fit: facets, then marks, then these. */
const WORDS = 1 << (FACETS.length + MARKS.length);
const SUPPRESSED = WORDS << 1;

const state = {
  text: '', facets: {}, marks: {}, suppressed: false, group: '', sort: '', page: 0,
  misses: new Uint32Array(findings.length), shown: [], rows: [], closed: new Set(), opened: new Set(),
};

function compare(a, b) {
  return a < b ? -1 : Number(a > b);
}

function placesOf(finding) {
  return finding.places.length + (finding.more || 0);
}

/** Whether a file is the one that is meant, or in the folder that is meant. */
function isIn(file, value) {
  if (value === './') return !file.includes('/');
  return value.endsWith('/') ? file.startsWith(value) : file === value;
}

function resetFilters() {
  Object.assign(state, {
    text: '', facets: Object.fromEntries(FACETS.map(({ name }) => [name, new Set()])), marks: {}, suppressed: false, page: 0,
  });
}

/** Works out what each finding misses, what is shown, and in which rows. */
function applyFilters() {
  // What stands in quotes is one word.
  const words = [...state.text.toLowerCase().matchAll(/"([^"]+)"|\S+/g)].map(([word, quoted]) => quoted || word);
  findings.forEach((finding, at) => { state.misses[at] = missesOf(finding, words); });
  state.shown = findings.filter((finding) => state.misses[finding.at] === 0);
  const [, order] = SORTS[state.sort];
  if (state.sort) state.shown.sort((a, b) => order(a, b) || a.at - b.at);
  state.rows = rowsOf(state.shown);
}

function missesOf(finding, words) {
  let misses = 0;
  FACETS.forEach(({ name, of }, at) => {
    const chosen = state.facets[name];
    if (chosen.size && !of(finding).some((value) => chosen.has(value))) misses |= 1 << at;
  });
  MARKS.forEach(({ name, fits }, at) => {
    if (state.marks[name] !== undefined && !fits(finding, state.marks[name])) misses |= bitOf(at);
  });
  if (words.length && !words.every((word) => searchText(finding).includes(word))) misses |= WORDS;
  if (finding.suppressed && !state.suppressed) misses |= SUPPRESSED;
  return misses;
}

/** The bit of a mark. */
function bitOf(at) {
  return 1 << (FACETS.length + at);
}

/** The findings that would be shown if one choice were not made: what that choice is among. */
function but(bit) {
  return findings.filter((finding) => (state.misses[finding.at] & ~bit) === 0);
}

function butMark(name) {
  return but(bitOf(MARKS.findIndex((mark) => mark.name === name)));
}

/** Findings one below the other, with a title above each group: the worst groups first. */
function rowsOf(shown) {
  const [, keyOf] = GROUPS[state.group];
  if (!keyOf) return shown.map((finding) => ({ finding }));
  const groups = new Map();
  for (const finding of shown) {
    const key = keyOf(finding);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(finding);
  }
  const worst = (all) => Math.min(...all.slice(0, 1000).map(({ severity }) => SEVERITIES.indexOf(severity)));
  const sorted = [...groups].map(([key, all]) => ({ key, all, worst: worst(all) }));
  if (!state.sort) sorted.sort((a, b) => a.worst - b.worst || b.all.length - a.all.length);
  return sorted.flatMap((group) => [{ group }, ...state.closed.has(group.key) ? [] : group.all.map((finding) => ({ finding, group }))]);
}

/** The choice as it stands in the address. */
function fragment() {
  const words = new URLSearchParams();
  if (state.text) words.set('q', state.text);
  for (const { name } of FACETS) if (state.facets[name].size) words.set(name, [...state.facets[name]].join(','));
  for (const { name } of MARKS) if (state.marks[name] !== undefined) words.set(name, state.marks[name]);
  if (state.suppressed) words.set('suppressed', 'yes');
  if (state.group) words.set('group', state.group);
  if (state.sort) words.set('sort', state.sort);
  const [opened] = state.opened.size === 1 ? state.opened : [];
  if (opened !== undefined) words.set('finding', findings[opened].fingerprint);
  return words.toString();
}

/** Takes the choice from the address, as far as it says something that is known. */
function readFragment(text) {
  const words = new URLSearchParams(text);
  resetFilters();
  state.text = words.get('q') || '';
  for (const { name, rows } of FACETS) {
    const known = (value) => rows.some(([key]) => key === value);
    state.facets[name] = new Set((words.get(name) || '').split(',').filter(known));
  }
  for (const { name } of MARKS) if (words.has(name)) state.marks[name] = words.get(name);
  state.suppressed = words.get('suppressed') === 'yes' && data.shows_suppressed;
  state.group = Object.hasOwn(GROUPS, words.get('group')) ? words.get('group') : '';
  state.sort = Object.hasOwn(SORTS, words.get('sort')) ? words.get('sort') : '';
  const opened = findings.find(({ fingerprint }) => fingerprint === words.get('finding'));
  state.opened = new Set(opened ? [opened.at] : []);
  return opened;
}

/** Groups and orders that say something about these findings. */
function isUseful(name) {
  if (['commit', 'newest', 'oldest'].includes(name)) return findings.some((one) => one.commit);
  return name !== 'layer' || findings.some((one) => one.layers.length);
}

function setUpFilters() {
  const fill = (id, rows) => {
    byId(id).append(...Object.entries(rows).filter(([name]) => isUseful(name)).map(([name, [title]]) => make('option', { value: name }, title)));
    byId(id).addEventListener('change', (event) => { Object.assign(state, { [id]: event.target.value, page: 0, closed: new Set() }); refresh(); });
  };
  fill('group', GROUPS);
  fill('sort', SORTS);
  let timer = 0;
  byId('search').addEventListener('input', (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => { Object.assign(state, { text: event.target.value.trim(), page: 0 }); refresh(); }, 140);
  });
  byId('filters-button').addEventListener('click', () => {
    const isOpen = byId('facets').classList.toggle('shown');
    byId('filters-button').setAttribute('aria-expanded', String(isOpen));
  });
  byId('facets').addEventListener('change', ({ target }) => {
    if (target.name === 'suppressed') state.suppressed = target.checked;
    else if (target.checked) state.facets[target.name].add(target.value);
    else state.facets[target.name].delete(target.value);
    state.page = 0;
    refresh();
  });
  byId('facets').append(...FACETS.map(facetPart).filter(Boolean), suppressedPart() || '');
}

/** A facet, where findings differ in it. */
function facetPart({ name, title, rows, of }) {
  const there = new Set(findings.flatMap(of));
  const known = rows.filter(([value]) => there.has(value));
  if (!known.length || (known.length === 1 && name === 'kind')) return null;
  return make('fieldset', { 'data-facet': name }, make('legend', {}, title),
    known.map(([value, words, meaning]) => make('label', { class: 'check', title: meaning || null },
      make('input', { type: 'checkbox', name, value }), name === 'severity' ? make('span', { class: `dot sev-${value}` }) : null,
      make('span', { class: 'words' }, words), make('span', { class: 'muted tally' }))));
}

function suppressedPart() {
  const count = findings.filter((finding) => finding.suppressed).length;
  if (!count) return null;
  return make('fieldset', {}, make('legend', {}, 'Decided by people'), make('label', { class: 'check' },
    make('input', { type: 'checkbox', name: 'suppressed', value: 'yes' }), make('span', { class: 'words' }, 'Show suppressed'),
    make('span', { class: 'muted' }, number(count))));
}

/** Shows the filters as they are. */
function showFilters() {
  if (document.activeElement !== byId('search')) byId('search').value = state.text;
  for (const id of ['group', 'sort']) byId(id).value = state[id];
  FACETS.forEach(({ name, of }, at) => {
    const counts = new Map();
    for (const finding of but(1 << at)) for (const value of of(finding)) counts.set(value, (counts.get(value) || 0) + 1);
    for (const box of byId('facets').querySelectorAll(`input[name="${name}"]`)) {
      box.checked = state.facets[name].has(box.value);
      const count = counts.get(box.value) || 0;
      box.parentElement.querySelector('.tally').textContent = number(count);
      box.parentElement.classList.toggle('nothing', count === 0);
    }
  });
  const box = byId('facets').querySelector('input[name="suppressed"]');
  if (box) box.checked = state.suppressed;
  showChips();
}

/** Every choice as a button that takes it back. */
function showChips() {
  const chips = [];
  const chip = (words, undo) => chips.push(make('button', {
    type: 'button', class: 'small chip', 'aria-label': `Take back: ${words}`, onclick: () => { undo(); state.page = 0; refresh(); byId('work').focus({ preventScroll: true }); },
  }, make('span', {}, words), icon('no')));
  if (state.text) chip(`“${state.text}”`, () => { state.text = ''; byId('search').value = ''; });
  for (const { name, rows } of FACETS) {
    for (const value of state.facets[name]) chip(`${name === 'confidence' ? 'confidence: ' : ''}${wordsOf(rows, value)}`, () => state.facets[name].delete(value));
  }
  for (const { name, title } of MARKS) {
    if (state.marks[name] === undefined) continue;
    const value = name === 'commit' ? state.marks[name].slice(0, 8) : state.marks[name];
    chip(`${title} ${value}`, () => { delete state.marks[name]; });
  }
  if (chips.length > 1) {
    chips.push(make('button', { type: 'button', class: 'small', id: 'reset', onclick: () => { resetFilters(); byId('search').value = ''; refresh(); } }, 'Show all'));
  }
  byId('chips').replaceChildren(...chips);
}

/** Makes a choice of one value, or takes it back. */
function toggleMark(name, value) {
  if (state.marks[name] === value) delete state.marks[name];
  else state.marks[name] = value;
  state.page = 0;
  refresh();
}

function toggleFacet(name, value) {
  if (!state.facets[name].delete(value)) state.facets[name].add(value);
  state.page = 0;
  refresh();
}
