// The findings, a page of them at a time: however many there are, the browser holds few.

const PAGE_ROWS = 50;
/** The most findings that are printed. */
const MAX_PRINTED = 500;

let isPrinting = false;

function showList() {
  const size = isPrinting ? MAX_PRINTED : PAGE_ROWS;
  const pages = Math.max(1, Math.ceil(state.rows.length / size));
  state.page = isPrinting ? 0 : Math.max(0, Math.min(state.page, pages - 1));
  const rows = state.rows.slice(state.page * size, (state.page + 1) * size);
  // A group that began on the page before is named again.
  if (rows.length && rows[0].finding && rows[0].group) rows.unshift({ group: rows[0].group, goesOn: true });
  byId('list').replaceChildren(...rows.length ? rows.map((row) => (row.finding ? card(row.finding) : groupTitle(row))) : [emptyNote()]);
  byId('pager').replaceChildren(...pagerParts(pages));
  showCount();
}

function showCount() {
  const counted = state.suppressed ? findings.length : findings.filter((finding) => !finding.suppressed).length;
  const shown = state.shown.length;
  const text = shown === counted ? (counted ? `All ${plural(counted, 'finding')}` : 'No findings') : `${number(shown)} of ${plural(counted, 'finding')}`;
  byId('count').textContent = text;
  announce(text);
  const button = byId('all');
  const here = cardsHere();
  button.hidden = here.length === 0;
  button.textContent = here.some((at) => !state.opened.has(at)) ? 'Open all' : 'Close all';
}

/** The findings of the page that is shown. */
function cardsHere() {
  return [...byId('list').querySelectorAll('.finding')].map((one) => Number(one.dataset.at));
}

function emptyNote() {
  const text = findings.length ? 'No finding fits the filters.' : data.complete ? 'Nothing was found.' : 'Nothing was found in what could be scanned.';
  return make('div', { class: 'card empty muted' }, icon(findings.length ? 'none' : 'yes'), make('p', {}, text));
}

function groupTitle({ group, goesOn }) {
  const { key, all, worst } = group;
  const isClosed = state.closed.has(key);
  const toggle = () => {
    if (!state.closed.delete(key)) state.closed.add(key);
    state.rows = rowsOf(state.shown);
    showList();
    const again = [...byId('list').querySelectorAll('.group')].find((one) => one.dataset.key === key);
    if (again) again.querySelector('button').focus({ preventScroll: true });
  };
  return make('div', { class: `group sev-${SEVERITIES[worst]}`, 'data-key': key }, make('h3', {}, make('button', {
    type: 'button', class: 'open', 'aria-expanded': String(!isClosed), onclick: toggle,
  }, make('span', { class: 'turn' }, icon('right')), make('span', { class: 'dot' }), make('span', { class: 'break' }, ticked(groupWords(group))),
  make('span', { class: 'muted' }, `${number(all.length)}${goesOn ? ', continued' : ''}`))));
}

function groupWords({ key, all }) {
  if (!key) return { commit: 'In no commit', layer: 'In no image', file: 'In no file' }[state.group] || 'Others';
  if (state.group === 'severity') return capital(key);
  if (state.group === 'rule') return all[0].rule.title ? `${key} — ${all[0].rule.title}` : key;
  if (state.group === 'commit' && all[0].first) return `${key.slice(0, 10)} ${all[0].day} ${all[0].first.subject}`;
  return state.group === 'commit' ? key.slice(0, 10) : key;
}

function pagerParts(pages) {
  if (pages === 1) return [];
  const button = (words, to, isOff) => make('button', { type: 'button', disabled: isOff, onclick: () => { goToPage(to); } }, words);
  return [
    button('Previous', state.page - 1, state.page === 0),
    make('span', { class: 'muted' }, `Page ${number(state.page + 1)} of ${number(pages)}`),
    button('Next', state.page + 1, state.page + 1 === pages),
  ];
}

function goToPage(page) {
  state.page = page;
  showList();
  byId('work').scrollIntoView();
  const first = byId('list').querySelector('.finding .open');
  if (first) first.focus({ preventScroll: true });
}

/** Shows the page that has a finding, and the finding. */
function goToFinding(finding) {
  const row = state.rows.findIndex((one) => one.finding === finding);
  if (row < 0) return;
  state.page = Math.floor(row / PAGE_ROWS);
  showList();
  const article = byId('list').querySelector(`[data-at="${finding.at}"]`);
  article.scrollIntoView({ block: 'start' });
  article.querySelector('.open').focus({ preventScroll: true });
}

function setUpList() {
  byId('all').addEventListener('click', () => {
    const here = cardsHere();
    const isOpen = here.some((at) => !state.opened.has(at));
    for (const at of here) toggleCard(at, isOpen);
    showCount();
  });
  let before = null;
  addEventListener('beforeprint', () => {
    before = { page: state.page, opened: state.opened };
    isPrinting = true;
    state.opened = new Set(state.rows.slice(0, MAX_PRINTED).filter(({ finding }) => finding).map(({ finding }) => finding.at));
    showList();
    for (const details of byId('list').querySelectorAll('details:not(.silence)')) details.open = true;
  });
  addEventListener('afterprint', () => {
    isPrinting = false;
    Object.assign(state, before);
    showList();
  });
}
