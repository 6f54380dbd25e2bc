// What the data says, in words that the views use.

const ANSWERS = ['yes', 'no', 'depends', 'unknown'];
const TONES = { yes: 'good', no: 'bad', depends: 'warn', unknown: 'open' };
const STATUSES = ['', 'ok', 'missing', 'conditional', 'not-given'];
const STATUS_ICONS = { ok: 'yes', missing: 'no', conditional: 'depends', 'not-given': 'unknown' };
const STATES = {
  kept: ['yes', 'good'], broken: ['no', 'bad'], open: ['unknown', 'open'], 'about no path': ['none', 'warn'],
};

const world = readWorld(pageData());

function readWorld(data) {
  const word = (at) => data.strings[at] || '';
  const documents = (all) => all.map(([role, site, name]) => ({ role: word(role), site: word(site), name: word(name) }));
  const accounts = data.accounts.map((one, at) => ({
    at, label: word(one.label), id: word(one.id), org: word(one.org), site: word(one.site), documents: documents(one.documents),
  }));
  const node = (type) => (one, at) => ({
    type, at, label: word(one.label), kind: word(one.kind), arn: word(one.arn), account: one.account, site: word(one.site),
    documents: documents(one.documents), region: word(one.region || 0), key: one.key === undefined ? -1 : one.key,
    otherKey: word(one.other_key || 0), isManaged: Boolean(one.managed), aliases: (one.aliases || []).map(word), foreign: Boolean(one.foreign),
    name: shortName(word(one.label), accounts[one.account]),
  });
  const expectations = data.expectations.map((one, at) => ({
    at, allows: one.allows, principal: word(one.principal), secret: word(one.secret), state: one.state, site: word(one.site),
    paths: one.paths, broken: one.broken, open: one.open,
  }));
  return {
    data, word, accounts, expectations,
    principals: data.principals.map(node('principal')),
    secrets: data.secrets.map(node('secret')),
    keys: data.keys.map(node('key')),
    count: data.paths.length / 4,
    expected: expectedPaths(expectations),
  };
}

/** A label without the account that stands above it. */
function shortName(label, account) {
  const prefix = account ? `${account.label}/` : '/';
  return label.startsWith(prefix) && label.length > prefix.length ? label.slice(prefix.length) : label;
}

function eachOf(runs, visit) {
  for (let at = 0; at < runs.length; at += 2) {
    for (let path = runs[at]; path < runs[at] + runs[at + 1]; path += 1) visit(path);
  }
}

function countOf(runs) {
  return runs.reduce((sum, length, at) => (at % 2 ? sum + length : sum), 0);
}

/** What is expected of paths: the worst state of each. */
function expectedPaths(expectations) {
  const expected = new Map();
  const mark = (runs, state) => eachOf(runs, (path) => expected.set(path, state));
  for (const state of ['paths', 'open', 'broken']) {
    for (const one of expectations) mark(one[state], state === 'paths' ? 'kept' : state);
  }
  return expected;
}

const principalOf = (path) => world.data.paths[4 * path];
const secretOf = (path) => world.data.paths[4 * path + 1];
const answerOf = (path) => ANSWERS[world.data.paths[4 * path + 2] & 3];
const isMeant = (path) => (world.data.paths[4 * path + 2] & 4) !== 0;
/** Whether it is not known to be as somebody expects. */
const isOff = (path) => (world.expected.get(path) || 'kept') !== 'kept';

/** Whether it is worth a look where there are many. */
const isNotable = (path) => isMeant(path) || answerOf(path) !== 'no' || isOff(path);

/** The nine links of a path. */
function linksOf(path) {
  const first = 9 * world.data.paths[4 * path + 3];
  return world.data.codes.map(([code, title, question], at) => {
    const row = world.data.links[world.data.chains[first + at]] || [];
    const [status, needed, ...words] = row;
    const [text, site, near, nearSite, document, fixSite, fix, statement] =
      Array.from({ length: 8 }, (_, number) => world.word(words[number] || 0));
    return {
      code, title, question, status: STATUSES[status || 0], needed: needed === 1, text, site, near, nearSite,
      document, fixSite, fix, statement,
    };
  });
}

function namesOf(path) {
  return `${nodeLabel(world.principals[principalOf(path)])} to ${nodeLabel(world.secrets[secretOf(path)])}`;
}

function nodeLabel(node) {
  return node ? node.label : '?';
}

function answerBadge(answer, text) {
  return make('span', { class: `badge tone-${TONES[answer]}` }, icon(answer), text || answer);
}

function stateBadge(state) {
  const [name, tone] = STATES[state] || STATES.open;
  return make('span', { class: `badge tone-${tone}` }, icon(name), state);
}
