// The paths as a table, a page of it at a time.

const PAGE_ROWS = 100;

function showList(view) {
  if (state.shown.length === 0) {
    view.replaceChildren(emptyNote());
    return;
  }
  const body = make('tbody', {});
  const header = ['Answer', 'Principal', 'Secret', 'Rests on', 'Expected'].map((name) => make('th', { scope: 'col' }, name));
  const table = make('table', {
    class: 'list', role: 'grid', 'aria-label': 'Paths. Arrow keys go from row to row, Enter shows a path.', 'aria-rowcount': state.shown.length + 1,
  }, make('thead', {}, make('tr', { 'aria-rowindex': 1 }, header)), body);
  const pager = make('div', { class: 'pager no-print' });
  rove(table, 'tbody tr');
  const show = (first) => {
    body.replaceChildren(...state.shown.slice(first, first + PAGE_ROWS).map((path, at) => listRow(path, first + at, at === 0)));
    pager.replaceChildren(...pagerParts(first, show));
    markList(view);
  };
  view.replaceChildren(make('div', { class: 'scroll' }, table), pager);
  show(Math.max(0, Math.floor(state.shown.indexOf(state.path) / PAGE_ROWS)) * PAGE_ROWS);
}

function listRow(path, at, isFirst) {
  const answer = answerOf(path);
  const expected = world.expected.get(path);
  return make('tr', {
    tabindex: isFirst ? 0 : -1, 'aria-rowindex': at + 2, 'data-path': path, 'aria-selected': 'false', onclick: () => selectPath(path),
  }, make('td', {}, answerBadge(answer)), make('td', { class: 'break' }, nodeLabel(world.principals[principalOf(path)])),
  make('td', { class: 'break' }, nodeLabel(world.secrets[secretOf(path)])), make('td', { class: 'break muted' }, reason(path)),
  make('td', {}, expected ? stateBadge(expected) : ''));
}

/** The links that keep a path from being a plain yes, in words. */
function reason(path) {
  const open = linksOf(path).filter((link) => link.needed && link.status !== 'ok');
  const [first] = open;
  if (!first) return 'every link holds';
  const more = open.length > 1 ? ` (and ${open.slice(1).map((link) => link.code).join(', ')})` : '';
  return `${first.code} ${first.status}${first.text ? `: ${first.text}` : ''}${more}`;
}

function pagerParts(first, show) {
  if (state.shown.length <= PAGE_ROWS) return [];
  const last = Math.min(first + PAGE_ROWS, state.shown.length);
  const button = (text, to, isOff) => make('button', { type: 'button', class: 'small', disabled: isOff, onclick: () => show(to) }, text);
  return [
    button('Previous', first - PAGE_ROWS, first === 0),
    make('span', { class: 'muted' }, `${(first + 1).toLocaleString('en')}–${last.toLocaleString('en')} of ${state.shown.length.toLocaleString('en')}`),
    button('Next', first + PAGE_ROWS, last === state.shown.length),
  ];
}

function markList(view) {
  for (const row of view.querySelectorAll('tr[data-path]')) {
    row.setAttribute('aria-selected', String(!state.node && Number(row.dataset.path) === state.path));
  }
}
