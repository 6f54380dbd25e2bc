// What is known of the path, the principal, the secret or the key that is chosen.

/** The most paths that are listed for a principal, a secret or a key. */
const MAX_PATHS_OF_NODE = 200;

function showDetail() {
  const detail = byId('detail');
  if (state.node) detail.replaceChildren(...nodeDetail(state.node));
  else if (state.path >= 0) detail.replaceChildren(...pathDetail(state.path));
  else detail.replaceChildren(make('p', { class: 'empty muted' }, 'Choose a path to see what its answer rests on.'));
  detail.scrollTop = 0;
}

function pathDetail(path) {
  const answer = answerOf(path);
  const links = linksOf(path);
  const secret = world.secrets[secretOf(path)];
  const isBrief = links.every((link) => !link.text);
  return [
    make('header', { class: `detail-head tone-${TONES[answer]}` },
      answerBadge(answer, { yes: 'Yes, it can read it', no: 'No, it cannot', depends: 'It depends', unknown: 'Not known' }[answer]),
      make('h2', { class: 'break' }, nodeButton(world.principals[principalOf(path)]), make('span', { class: 'arrow', 'aria-label': 'to' }, ' → '), nodeButton(secret)),
      isMeant(path) ? null : make('p', { class: 'muted' }, 'No document is about this path in particular.'),
      expectationNotes(path)),
    isBrief ? make('p', { class: 'note' }, 'The words for this path are left out to keep the page small.') : null,
    make('ol', { class: 'links', 'aria-label': 'Links of the path' }, links.map(linkItem)),
    make('p', { class: 'muted key-note' }, 'Encrypted with ', keyButton(secret)),
  ].filter(Boolean);
}

function expectationNotes(path) {
  const has = (runs) => runs.some((first, at) => at % 2 === 0 && path >= first && path < first + runs[at + 1]);
  const about = world.expectations.filter((one) => has(one.paths));
  return about.map((one) => {
    const stands = has(one.broken) ? 'broken' : has(one.open) ? 'open' : 'kept';
    return make('p', { class: 'expectation' }, stateBadge(stands), ` expected: ${one.allows ? 'allow' : 'deny'} ${one.principal} on ${one.secret}`, place(one.site));
  });
}

function linkItem(link) {
  const status = link.needed ? link.status : link.status === 'ok' ? '' : link.status;
  const tone = { ok: 'good', missing: 'bad', conditional: 'warn', 'not-given': 'open' }[status] || 'none';
  const words = status || 'not needed';
  return make('li', { class: `link tone-${tone}${link.needed ? '' : ' idle'}`, 'data-code': link.code, 'data-status': link.status || null },
    make('span', { class: 'dot' }, icon(STATUS_ICONS[status] || 'none')),
    make('div', { class: 'link-body' },
      make('h3', {}, make('span', { class: 'code', title: link.title }, link.code), make('span', {}, link.question), make('span', { class: 'status' }, words)),
      link.text ? make('p', { class: 'break' }, link.text, place(link.site)) : place(link.site),
      link.near ? make('p', { class: 'near break' }, make('strong', {}, 'Nearest miss: '), link.near, place(link.nearSite)) : null,
      link.fix || link.statement ? fixPart(link) : null));
}

function fixPart(link) {
  const where = link.document ? ` in ${link.document}` : '';
  return make('div', { class: 'fix' },
    make('p', { class: 'break' }, make('strong', {}, 'Fix: '), `${link.fix}${where}`, place(link.fixSite)),
    link.statement ? make('div', { class: 'statement' },
      copyButton(link.statement, `Copy the statement for ${link.code}`), make('pre', { tabindex: 0, 'aria-label': `Statement for ${link.code}` }, link.statement)) : null);
}

/** A file and a line. */
function place(site) {
  return site ? make('span', { class: 'place mono break' }, site) : null;
}

function nodeButton(node) {
  if (!node) return make('span', {}, '?');
  return make('button', { type: 'button', class: 'plain-button', title: node.arn, onclick: () => selectNode(node) }, node.label);
}

function keyButton(secret) {
  const key = secret && world.keys[secret.key];
  return key ? nodeButton(key) : (secret && secret.otherKey) || 'a key that is not known';
}

function nodeDetail(node) {
  const account = world.accounts[node.account];
  const row = (name, ...values) => (values.some(Boolean) ? [make('dt', {}, name), make('dd', { class: 'break' }, values)] : []);
  const facts = [
    row('ARN', node.arn && make('code', {}, node.arn)),
    row('Account', account && [account.label, account.id !== account.label && account.id].filter(Boolean).join(', '), account && account.org && ` (${account.org})`),
    row('Region', node.region),
    row('Aliases', node.aliases.join(', ')),
    node.type === 'secret' ? row('Key', keyButton(node)) : [],
    row('Declared', place(node.site)),
    row('Documents', documentList(node.documents)),
    account ? row('Of the account', documentList(account.documents)) : [],
  ];
  return [
    make('header', { class: 'detail-head' },
      make('span', { class: 'badge tone-none' }, icon(node.kind), node.kind),
      make('h2', { class: 'break' }, node.label),
      node.foreign ? make('p', { class: 'muted' }, 'Nothing but its name is known.') : null,
      state.path >= 0 ? make('button', { type: 'button', class: 'small no-print', onclick: () => selectPath(state.path) }, 'Back to the path') : null),
    make('dl', { class: 'facts' }, facts),
    ...pathsOfNode(node),
  ];
}

function documentList(documents) {
  if (!documents.length) return null;
  return make('ul', {}, documents.map(({ role, site, name }) => make('li', {}, `${role} ${name}`, site ? place(site) : make('span', { class: 'muted' }, ' not given'))));
}

function pathsOfNode(node) {
  const touches = {
    principal: (path) => principalOf(path) === node.at,
    secret: (path) => secretOf(path) === node.at,
    key: (path) => (world.secrets[secretOf(path)] || {}).key === node.at,
  }[node.type];
  const all = state.shown.filter(touches);
  const items = all.slice(0, MAX_PATHS_OF_NODE).map((path) => {
    const [principal, secret] = [world.principals[principalOf(path)], world.secrets[secretOf(path)]];
    const text = { principal: () => nodeLabel(secret), secret: () => nodeLabel(principal), key: () => namesOf(path) }[node.type]();
    return make('li', {}, make('button', { type: 'button', class: 'path-button', onclick: () => selectPath(path) }, answerBadge(answerOf(path)), make('span', { class: 'break' }, text)));
  });
  const left = all.length - items.length;
  return [
    make('h3', { class: 'paths-title' }, `${plural(all.length, 'path')} shown`),
    make('ul', { class: 'paths' }, items),
    left > 0 ? make('p', { class: 'note' }, `${left.toLocaleString('en')} more are in the list.`) : null,
  ].filter(Boolean);
}
