// The page as a whole: the summary, the views, what is chosen, and what stands below.

const SHOW = { graph: showGraph, matrix: showMatrix, list: showList };

/** Draws everything that depends on the filters. */
function refresh() {
  applyFilters();
  if (!state.shown.includes(state.path)) Object.assign(state, { path: firstChoice(), node: null });
  showFilters();
  showView();
  showDetail();
}

function showView() {
  for (const button of byId('views').children) button.setAttribute('aria-pressed', String(button.dataset.view === state.view));
  SHOW[state.view](byId('view'));
}

/** The path that is shown before somebody chooses: one that is not as expected, else one that somebody meant. */
function firstChoice() {
  const wishes = [
    (path) => world.expected.get(path) === 'broken',
    (path) => isMeant(path) && answerOf(path) !== 'yes',
    (path) => isMeant(path),
    () => true,
  ];
  for (const wish of wishes) {
    const found = state.shown.find(wish);
    if (found !== undefined) return found;
  }
  return -1;
}

function selectPath(path) {
  Object.assign(state, { path, node: null });
  showChoice(`${namesOf(path)}: ${answerOf(path)}`);
}

function selectNode(node) {
  state.node = node;
  showChoice(`${node.kind} ${node.label}`);
}

function showChoice(text) {
  // What was pressed may be a part of the details, which are drawn anew.
  const wasInside = byId('detail').contains(document.activeElement);
  const view = byId('view');
  if (state.view === 'graph') markGraph(view);
  else if (state.view === 'list') markList(view);
  else for (const cell of view.querySelectorAll('.cell')) {
    cell.setAttribute('aria-selected', String(!state.node && Number(cell.dataset.path) === state.path));
  }
  showDetail();
  if (wasInside) byId('detail').focus({ preventScroll: true });
  announce(`Chosen: ${text}`);
}

function showSummary() {
  const counts = Object.fromEntries(ANSWERS.map((answer) => [answer, 0]));
  for (let path = 0; path < world.count; path += 1) counts[answerOf(path)] += 1;
  const broken = world.expectations.filter((one) => one.state === 'broken').length;
  const open = world.expectations.filter((one) => one.state === 'open').length;
  const number = (value, text, tone) => make('div', { class: `number ${tone || ''}` },
    make('dt', {}, text), make('dd', {}, value.toLocaleString('en')));
  byId('summary').append(
    make('h2', { class: 'hidden-visually' }, 'Summary'),
    make('dl', { class: 'card numbers' },
      number(world.accounts.length, 'accounts'), number(world.principals.length, 'principals'),
      number(world.secrets.length, 'secrets'), number(world.keys.length, 'keys')),
    make('div', { class: 'card shares' }, answerBar(counts),
      make('ul', {}, ANSWERS.map((answer) => make('li', { class: `tone-${TONES[answer]}` },
        icon(answer), make('strong', {}, counts[answer].toLocaleString('en')), answer)))),
    make('div', { class: `card verdict tone-${broken ? 'bad' : open ? 'open' : world.expectations.length ? 'good' : 'none'}` },
      icon(broken ? 'no' : open ? 'unknown' : world.expectations.length ? 'yes' : 'none'),
      make('p', {}, make('strong', {}, verdict(broken, open)))));
}

function verdict(broken, open) {
  const all = world.expectations.length;
  if (!all) return 'Nothing is expected: add [[expect]] to the manifest';
  if (broken) return `${broken} of ${plural(all, 'expectation')} broken`;
  return open ? `${open} of ${plural(all, 'expectation')} open, none broken` : `${all === 1 ? 'The expectation is' : `All ${all} expectations are`} kept`;
}

/** The shares of the answers, as a bar whose parts are told apart by their pattern too. */
function answerBar(counts) {
  const width = 400;
  let left = 0;
  const parts = ANSWERS.filter((answer) => counts[answer]).map((answer) => {
    const share = Math.max(3, (counts[answer] / Math.max(1, world.count)) * width);
    const part = draw('line', { class: `share tone-${TONES[answer]} ${answer}`, x1: left, x2: left + share - 2, y1: 6, y2: 6 });
    left += share;
    return part;
  });
  const label = ANSWERS.map((answer) => `${counts[answer]} ${answer}`).join(', ');
  return draw('svg', { class: 'bar', viewBox: `0 0 ${Math.max(left, 1)} 12`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `Answers: ${label}` }, parts);
}

function showExpectations() {
  if (!world.expectations.length) return;
  const rows = world.expectations.map((one) => make('tr', {},
    make('td', {}, stateBadge(one.state)),
    make('td', { class: 'break' }, make('code', {}, one.allows ? 'allow ' : 'deny '), one.principal),
    make('td', { class: 'break' }, one.secret),
    make('td', {}, place(one.site)),
    make('td', {}, expectationButton(one))));
  const header = ['State', 'Expected', 'On', 'Written', 'Paths'].map((name) => make('th', { scope: 'col' }, name));
  fillSection('expectations', 'Expectations', make('table', {}, make('thead', {}, make('tr', {}, header)), make('tbody', {}, rows)));
}

function expectationButton(one) {
  const runs = [one.broken, one.open, one.paths].find((runs) => runs.length);
  if (!runs) return 'none';
  const kind = { broken: 'broken ', open: 'open ' }[one.state] || '';
  const title = plural(countOf(runs), `${kind}path`);
  const label = `Show ${title} of: ${one.allows ? 'allow' : 'deny'} ${one.principal} on ${one.secret}`;
  return make('button', { type: 'button', class: 'small', 'aria-label': label, onclick: () => showOnly(runs, title) }, title);
}

function showOnly(runs, title) {
  resetFilters();
  const paths = new Set();
  eachOf(runs, (path) => paths.add(path));
  state.only = { paths, title: `Only ${title}` };
  state.path = -1;
  refresh();
  byId('work').scrollIntoView();
  byId('only').focus({ preventScroll: true });
}

function showNotes() {
  const { data, word } = world;
  if (data.assumptions.length) {
    const items = data.assumptions.map(([text, site]) => make('li', { class: 'break' }, word(text), place(word(site))));
    fillSection('assumptions', 'Assumptions', make('ul', { class: 'notes' }, items));
  }
  if (data.skipped.length) {
    const items = data.skipped.map(([name, reason, detail]) => make('li', { class: 'break' },
      make('code', {}, word(name)), ` ${word(reason)}: ${word(detail)}`));
    fillSection('skipped', 'Not read', make('ul', { class: 'notes' }, items));
  }
}

function fillSection(id, title, content) {
  byId(id).append(make('h2', { id: `${id}-title` }, title), make('div', { class: 'card scroll' }, content));
  byId(id).hidden = false;
}

function setUpViews() {
  byId('views').append(...VIEWS.map((view) => make('button', {
    type: 'button', 'data-view': view, onclick: () => { state.view = view; showView(); },
  }, view[0].toUpperCase() + view.slice(1))));
  let width = byId('view').clientWidth;
  new ResizeObserver(() => {
    if (byId('view').clientWidth === width || state.view !== 'graph') return;
    width = byId('view').clientWidth;
    showView();
  }).observe(byId('view'));
}

function start() {
  byId('app').hidden = false;
  byId('about').textContent = `${plural(world.count, 'path')} from principals to secrets, and what each answer rests on`;
  byId('footer').textContent = `Made offline by keylint ${world.data.version}. This page asks for nothing and sends nothing.` +
    (world.data.brief ? ` To keep it small, ${plural(world.data.brief, 'path')} tell without words whether their links hold.` : '');
  setUpTheme(byId('theme'));
  showSummary();
  setUpViews();
  setUpFilters(refresh);
  refresh();
  if (state.shown.length > MAX_EDGES) {
    state.view = 'matrix';
    showView();
  }
  showExpectations();
  showNotes();
}

start();
