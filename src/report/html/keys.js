// The page without a mouse.

const KEYS = [
  ['/', 'search'],
  ['j or ↓', 'the next finding'],
  ['k or ↑', 'the finding before'],
  ['Enter', 'open or close it'],
  ['Esc', 'close it, or leave the search'],
  ['?', 'this list'],
];

function setUpKeys() {
  byId('help').append(make('h2', { id: 'help-title' }, 'Keys'),
    make('dl', { class: 'pairs' }, KEYS.map(([key, words]) => [make('dt', {}, make('kbd', {}, key)), make('dd', {}, words)])),
    make('p', { class: 'muted' }, 'What you choose stands in the address: copy it to share what you see.'),
    make('button', { type: 'button', onclick: () => byId('help').close() }, 'Close'));
  byId('help-button').addEventListener('click', () => byId('help').showModal());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId('help').open) return;
    if (pressed(event.key, event.target)) event.preventDefault();
  });
}

/** Does what a key says; whether it says anything here. */
function pressed(key, target) {
  const isWriting = target.closest('input[type="search"], select, textarea');
  const isInList = target === document.body || target.id === 'work' || Boolean(target.closest('.finding .open'));
  if (key === 'Escape') return escape(target);
  if (isWriting) return false;
  if (key === '/') {
    byId('search').focus();
    byId('search').select();
  } else if (key === '?') byId('help').showModal();
  else if (key === 'j' || (key === 'ArrowDown' && isInList)) step(1);
  else if (key === 'k' || (key === 'ArrowUp' && isInList)) step(-1);
  else return false;
  return true;
}

function escape(target) {
  if (target === byId('search')) {
    step(0);
    return true;
  }
  const article = target.closest('.finding');
  if (!article || !state.opened.has(Number(article.dataset.at))) return false;
  toggleCard(Number(article.dataset.at), false);
  article.querySelector('.open').focus();
  return true;
}

/** Goes to the next finding or the one before, also on the next page. */
function step(by) {
  const all = [...byId('list').querySelectorAll('.finding')];
  const now = all.indexOf(document.activeElement.closest('.finding'));
  const next = now < 0 ? 0 : now + by;
  if (next >= all.length || next < 0) {
    const pages = Math.ceil(state.rows.length / PAGE_ROWS);
    const page = state.page + Math.sign(by);
    if (page < 0 || page >= pages) return;
    goToPage(page);
    const cards = byId('list').querySelectorAll('.finding .open');
    if (by < 0 && cards.length) cards[cards.length - 1].focus();
    return;
  }
  const [button] = all[next] ? all[next].getElementsByClassName('open') : [];
  if (!button) return;
  button.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: 'nearest' });
}
