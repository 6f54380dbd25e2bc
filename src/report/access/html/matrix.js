// Principals down, secrets across. Only what can be seen is in the page, so that large worlds scroll.

const CELL = 30;
const ROW_HEAD = 240;
const COLUMN_HEAD = 168;

/** How many rows and columns beyond the visible ones are drawn. */
const MARGIN = 6;

function showMatrix(view) {
  if (state.shown.length === 0) {
    view.replaceChildren(emptyNote());
    return;
  }
  const matrix = matrixOf(state.shown);
  const width = ROW_HEAD + matrix.columns.length * CELL + COLUMN_HEAD / 2;
  const head = make('div', { class: 'matrix-row matrix-head', role: 'row', 'aria-rowindex': 1 });
  const body = make('div', { class: 'matrix-body', role: 'rowgroup' });
  const grid = make('div', {
    class: 'matrix', role: 'grid', 'aria-label': 'Principals by secrets. Arrow keys go from cell to cell, Enter shows a path.',
    'aria-rowcount': matrix.rows.length + 1, 'aria-colcount': matrix.columns.length + 1,
  }, make('div', { role: 'rowgroup' }, head), body);
  grid.style.width = `${width}px`;
  grid.style.height = `${COLUMN_HEAD + matrix.rows.length * CELL}px`;
  const scroll = make('div', { class: 'scroll matrix-scroll' }, grid);
  Object.assign(matrix, { scroll, head, body, at: startCell(matrix), drawn: '' });
  view.replaceChildren(scroll, matrixLegend());
  scroll.addEventListener('scroll', () => requestAnimationFrame(() => drawCells(matrix)));
  grid.addEventListener('keydown', (event) => moveCell(matrix, event));
  grid.addEventListener('click', (event) => clickCell(matrix, event));
  drawCells(matrix);
}

/** The rows and columns that have a path, and the paths by place. */
function matrixOf(paths) {
  const rows = [...new Set(paths.map(principalOf))].sort((a, b) => a - b);
  const columns = [...new Set(paths.map(secretOf))].sort((a, b) => a - b);
  const rowOf = new Map(rows.map((principal, at) => [principal, at]));
  const columnOf = new Map(columns.map((secret, at) => [secret, at]));
  const cells = new Map(paths.map((path) => [rowOf.get(principalOf(path)) * columns.length + columnOf.get(secretOf(path)), path]));
  return { rows, columns, rowOf, columnOf, cells };
}

function startCell(matrix) {
  const row = matrix.rowOf.get(principalOf(state.path));
  const column = matrix.columnOf.get(secretOf(state.path));
  return row === undefined || column === undefined ? { row: 0, column: 0 } : { row, column };
}

/** The rows and columns that can be seen, and some around them. */
function visible({ scroll, rows, columns }) {
  const range = (from, size, count) => ({
    first: Math.max(0, Math.floor(from / CELL) - MARGIN),
    last: Math.min(count, Math.ceil((from + size) / CELL) + MARGIN),
  });
  return {
    down: range(scroll.scrollTop, scroll.clientHeight || 600, rows.length),
    across: range(scroll.scrollLeft, scroll.clientWidth || 1200, columns.length),
  };
}

function drawCells(matrix) {
  const { down, across } = visible(matrix);
  const drawn = [down.first, down.last, across.first, across.last].join();
  if (drawn === matrix.drawn) return;
  const hadFocus = matrix.body.contains(document.activeElement);
  matrix.drawn = drawn;
  const columns = Array.from({ length: across.last - across.first }, (_, at) => across.first + at);
  const rows = Array.from({ length: down.last - down.first }, (_, at) => down.first + at);
  const corner = make('div', { class: 'corner', role: 'columnheader', 'aria-colindex': 1 }, 'principal ↓  secret →');
  matrix.head.replaceChildren(corner, ...columns.map((at) => columnHead(matrix, at)));
  matrix.body.replaceChildren(...rows.map((at) => matrixRow(matrix, at, columns)));
  markCells(matrix);
  if (hadFocus) focusCell(matrix);
}

function columnHead(matrix, at) {
  const node = world.secrets[matrix.columns[at]];
  const head = make('div', { class: 'column-head', role: 'columnheader', 'aria-colindex': at + 2, title: nodeLabel(node) },
    make('button', { type: 'button', tabindex: -1, 'data-type': 'secret', 'data-at': matrix.columns[at] }, cut(nodeLabel(node), 26)));
  head.style.left = `${ROW_HEAD + at * CELL}px`;
  return head;
}

function matrixRow(matrix, at, columns) {
  const node = world.principals[matrix.rows[at]];
  const head = make('div', { class: 'row-head', role: 'rowheader', 'aria-colindex': 1, title: nodeLabel(node) },
    make('button', { type: 'button', tabindex: -1, 'data-type': 'principal', 'data-at': matrix.rows[at] }, cut(nodeLabel(node), 32)));
  const row = make('div', { class: 'matrix-row', role: 'row', 'aria-rowindex': at + 2 }, head, columns.map((column) => cell(matrix, at, column)));
  row.style.top = `${COLUMN_HEAD + at * CELL}px`;
  return row;
}

function cell(matrix, row, column) {
  const path = matrix.cells.get(row * matrix.columns.length + column);
  const answer = path === undefined ? '' : answerOf(path);
  const element = make('div', {
    class: answer ? `cell tone-${TONES[answer]} ${answer}${isNotable(path) ? '' : ' plain-no'}` : 'cell blank', role: 'gridcell',
    'aria-colindex': column + 2, tabindex: -1, 'data-row': row, 'data-column': column, 'data-path': path,
    'aria-label': answer ? `${namesOf(path)}: ${answer}` : 'not shown', title: answer ? `${namesOf(path)}: ${answer}` : null,
  }, answer ? icon(answer) : '');
  if (path !== undefined && world.expected.get(path) === 'broken') element.classList.add('alarm');
  element.style.left = `${ROW_HEAD + column * CELL}px`;
  return element;
}

/** Marks the chosen path and the cell that Tab reaches. */
function markCells(matrix) {
  for (const element of matrix.body.querySelectorAll('.cell')) {
    const { row, column, path } = element.dataset;
    element.tabIndex = Number(row) === matrix.at.row && Number(column) === matrix.at.column ? 0 : -1;
    element.setAttribute('aria-selected', String(!state.node && path !== undefined && Number(path) === state.path));
  }
}

function focusCell(matrix) {
  const found = matrix.body.querySelector(`[data-row="${matrix.at.row}"][data-column="${matrix.at.column}"]`);
  if (found) found.focus({ preventScroll: true });
}

function clickCell(matrix, event) {
  const button = event.target.closest('button');
  if (button) {
    selectNode((button.dataset.type === 'secret' ? world.secrets : world.principals)[button.dataset.at]);
    return;
  }
  const element = event.target.closest('.cell');
  if (!element) return;
  matrix.at = { row: Number(element.dataset.row), column: Number(element.dataset.column) };
  if (element.dataset.path !== undefined) selectPath(Number(element.dataset.path));
  markCells(matrix);
  focusCell(matrix);
}

function moveCell(matrix, event) {
  if (!event.target.closest('.cell')) return;
  const { row, column } = matrix.at;
  const page = Math.max(1, Math.floor((matrix.scroll.clientHeight - COLUMN_HEAD) / CELL) - 1);
  const next = {
    ArrowDown: [row + 1, column], ArrowUp: [row - 1, column], ArrowRight: [row, column + 1], ArrowLeft: [row, column - 1],
    Home: [row, 0], End: [row, matrix.columns.length - 1], PageDown: [row + page, column], PageUp: [row - page, column],
  }[event.key];
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    clickCell(matrix, event);
  }
  if (!next) return;
  event.preventDefault();
  const within = (at, count) => Math.max(0, Math.min(count - 1, at));
  matrix.at = { row: within(next[0], matrix.rows.length), column: within(next[1], matrix.columns.length) };
  bringIntoView(matrix);
  drawCells(matrix);
  markCells(matrix);
  focusCell(matrix);
}

function bringIntoView({ scroll, at }) {
  const follow = (from, size, start) => Math.max(Math.min(from, start), start + CELL - size);
  scroll.scrollTop = follow(scroll.scrollTop, scroll.clientHeight - COLUMN_HEAD, at.row * CELL);
  scroll.scrollLeft = follow(scroll.scrollLeft, scroll.clientWidth - ROW_HEAD, at.column * CELL);
}

function matrixLegend() {
  return make('ul', { class: 'legend', 'aria-label': 'Legend' },
    ANSWERS.map((answer) => make('li', {}, make('span', { class: `swatch tone-${TONES[answer]} ${answer}` }, icon(answer)), answer)),
    make('li', {}, make('span', { class: 'swatch tone-bad plain-no' }, icon('no')), 'no, and nobody meant it'),
    world.expectations.length ? make('li', {}, make('span', { class: 'swatch alarm' }), 'not as expected') : null);
}
