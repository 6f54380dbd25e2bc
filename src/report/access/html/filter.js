// Which paths are shown: everything that the filters let through.

const VIEWS = ['graph', 'matrix', 'list'];

const state = {
  view: 'graph', words: [], account: -1, answers: new Set(ANSWERS), hidesNo: false, only: null,
  shown: [], path: -1, node: null,
};

/** The texts that a search looks through, in small letters. */
const searched = {
  principals: world.principals.map((node) => searchText(node)),
  secrets: world.secrets.map((node) => `${searchText(node)} ${keyText(node)}`),
};

function searchText(node) {
  const account = world.accounts[node.account];
  return [node.label, node.arn, node.kind, node.region, account ? account.id : ''].join(' ').toLowerCase();
}

function keyText(secret) {
  const key = world.keys[secret.key];
  return (key ? [key.label, key.arn, ...key.aliases].join(' ') : secret.otherKey).toLowerCase();
}

/** Works out `state.shown`. Each word must be in what is said of the principal or of the secret. */
function applyFilters() {
  const finds = (texts, word) => texts.map((text) => text.includes(word));
  const words = state.words.map((word) => [finds(searched.principals, word), finds(searched.secrets, word)]);
  const of = (node) => node && node.account === state.account;
  const shown = [];
  for (let path = 0; path < world.count; path += 1) {
    const [principal, secret] = [principalOf(path), secretOf(path)];
    if (state.only && !state.only.paths.has(path)) continue;
    if (!state.answers.has(answerOf(path))) continue;
    if (state.hidesNo && !state.only && !isNotable(path)) continue;
    if (state.account >= 0 && !of(world.principals[principal]) && !of(world.secrets[secret])) continue;
    if (words.every(([principals, secrets]) => principals[principal] || secrets[secret])) shown.push(path);
  }
  state.shown = shown;
}

/** Whether so many paths are a `no` that nobody meant that they hide the others. */
function hidesNoAtFirst() {
  let plain = 0;
  for (let path = 0; path < world.count; path += 1) if (!isNotable(path)) plain += 1;
  return plain > 12 && plain < world.count;
}

function setUpFilters(refresh) {
  const accounts = world.accounts.map((account) => make('option', { value: account.at }, account.label));
  byId('account').append(make('option', { value: -1 }, 'All accounts'), ...accounts);
  byId('account').addEventListener('change', (event) => { state.account = Number(event.target.value); refresh(); });
  byId('answers').append(...ANSWERS.map((answer) => answerButton(answer, refresh)));
  byId('meant').addEventListener('change', (event) => { state.hidesNo = event.target.checked; refresh(); });
  byId('only').addEventListener('click', () => { state.only = null; refresh(); byId('search').focus(); });
  byId('reset').addEventListener('click', () => { resetFilters(); refresh(); });
  let timer = 0;
  byId('search').addEventListener('input', (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      state.words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
      refresh();
    }, 120);
  });
  resetFilters();
}

function answerButton(answer, refresh) {
  const button = make('button', { type: 'button', class: `answer tone-${TONES[answer]}`, 'data-answer': answer }, icon(answer), answer);
  button.addEventListener('click', () => {
    if (!state.answers.delete(answer)) state.answers.add(answer);
    refresh();
  });
  return button;
}

function resetFilters() {
  Object.assign(state, { words: [], account: -1, answers: new Set(ANSWERS), hidesNo: hidesNoAtFirst(), only: null });
  byId('search').value = '';
}

/** Shows the filters as they are, and how many paths they let through. */
function showFilters() {
  byId('account').value = String(state.account);
  byId('meant').checked = state.hidesNo;
  byId('meant').disabled = Boolean(state.only);
  for (const button of byId('answers').children) {
    button.setAttribute('aria-pressed', String(state.answers.has(button.dataset.answer)));
  }
  byId('only').hidden = !state.only;
  byId('only').textContent = state.only ? `${state.only.title} ✕` : '';
  byId('only').setAttribute('aria-label', state.only ? `Show more than ${state.only.title}` : '');
  const hidden = world.count - state.shown.length;
  const text = `${state.shown.length.toLocaleString('en')} of ${plural(world.count, 'path')} shown`;
  byId('count').textContent = hidden ? text : `All ${plural(world.count, 'path')} shown`;
  announce(text);
}
