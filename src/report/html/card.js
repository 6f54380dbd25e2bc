// A finding as a card: a line that says what it is, and below it, once it is opened, all that is known.

/** Places that are shown before somebody asks for all. */
const FIRST_PLACES = 5;
/** The most references of a repository that are named. */
const MAX_REFS = 8;

/** How comments begin and end, by the ending of the file. JSON has none. */
const COMMENTS = [
  ['//', '', 'c cc cpp cs dart go gradle groovy h hpp java js jsx kt kts m mjs cjs php proto rs scala swift ts tsx'],
  ['--', '', 'hs lua sql'],
  ['<!-- ', ' -->', 'htm html md svg vue xml xhtml'],
  ['/* ', ' */', 'css less scss'],
  ['', '', 'json ipynb lock csv tsv txt pem key crt p12 pdf zip gz tar jar'],
];

function card(finding) {
  const { at, severity } = finding;
  const isOpen = state.opened.has(at);
  const body = make('div', { class: 'body', id: `body-${at}`, hidden: !isOpen });
  if (isOpen) body.append(...bodyParts(finding));
  return make('article', { class: `card finding sev-${severity}${isOpen ? ' is-open' : ''}${finding.suppressed ? ' is-suppressed' : ''}`, 'data-at': at, 'aria-labelledby': `name-${at}` },
    make('div', { class: 'head', onclick: (event) => clickHead(event, at) },
      severityBadge(severity),
      make('div', { class: 'what' },
        make(state.group ? 'h4' : 'h3', { id: `name-${at}` }, make('button', {
          type: 'button', class: 'open', 'aria-expanded': String(isOpen), 'aria-controls': `body-${at}`,
        }, ticked(finding.message))),
        headFacts(finding)),
      make('span', { class: 'turn' }, icon('right'))),
    body);
}

/** A click beside the words counts too, but not one that ends the selection of a text. */
function clickHead(event, at) {
  if (!event.target.closest('.open') && String(getSelection())) return;
  toggleCard(at);
}

function toggleCard(at, isOpen = !state.opened.has(at)) {
  if (isOpen) state.opened.add(at);
  else state.opened.delete(at);
  const article = byId('list').querySelector(`[data-at="${at}"]`);
  if (article) {
    const body = article.querySelector('.body');
    if (isOpen && !body.firstChild) body.append(...bodyParts(findings[at]));
    body.hidden = !isOpen;
    article.classList.toggle('is-open', isOpen);
    article.querySelector('.open').setAttribute('aria-expanded', String(isOpen));
  }
  writeFragment();
}

function severityBadge(severity) {
  return make('span', { class: `severity sev-${severity}` }, severity);
}

function headFacts(finding) {
  const { rule, secret, places, first, states, verdict, confidence, suppressed } = finding;
  const [place] = places;
  const more = placesOf(finding) - 1;
  const flag = (name, words, tone) => make('span', { class: `flag tone-${tone}` }, icon(name), words);
  return make('div', { class: 'facts-line' },
    place ? make('span', { class: 'where mono' }, `${place.at}:${place.line}`) : null,
    more > 0 ? make('span', { class: 'muted' }, `+ ${plural(more, 'place')}`) : null,
    secret && /[^*]/.test(secret.redacted) ? make('code', { class: 'value' }, secret.redacted) : null,
    make('span', { class: 'muted' }, `${rule.id} · ${confidence.replace('-', ' ')} confidence`),
    first ? make('span', { class: 'muted' }, `since ${finding.day}`) : null,
    ['proven', 'checksum-valid'].includes(verdict) ? flag('yes', wordsOf(VERDICTS, verdict).toLowerCase(), 'bad') : null,
    ['expired', 'checksum-failed', 'public-known'].includes(verdict) ? flag('none', wordsOf(VERDICTS, verdict).toLowerCase(), 'none') : null,
    states.has('head') ? flag('branch', 'in HEAD', 'warn') : null,
    states.has('remote') ? flag('upload', 'on a remote', 'bad') : null,
    states.has('hidden') ? flag('hidden', 'hidden in a layer', 'warn') : null,
    states.has('built') ? flag('layers', 'goes into an image', 'warn') : null,
    states.has('fix') ? flag('wrench', 'has a fix', 'good') : null,
    suppressed ? flag('hidden', 'suppressed', 'none') : null);
}

function bodyParts(finding) {
  return [
    make('div', { class: 'columns' },
      make('div', { class: 'main-column' }, placesPart(finding), historyPart(finding)),
      make('div', { class: 'side-column' }, stepsPart(finding), factsPart(finding), valuePart(finding), silencePart(finding))),
  ];
}

/** A text in which what stands between backticks is code. */
function ticked(text) {
  return text.split(/(`[^`]+`)/).map((piece) => (/^`[^`]+`$/.test(piece) ? make('code', {}, piece.slice(1, -1)) : piece));
}

function part(title, name, ...content) {
  return make('section', { class: `part ${name}` }, make('h5', {}, title), content);
}

/** What to do now: a sentence, or steps. */
function stepsPart({ rule, steps }) {
  if (!steps.length && !rule.references.length) return null;
  const list = steps.length === 1 ? make('p', {}, ticked(steps[0])) : make('ol', { class: 'steps' }, steps.map((step) => make('li', {}, ticked(step))));
  const links = rule.references.length ? make('ul', { class: 'references' }, rule.references.map((text) => make('li', { class: 'break' }, reference(text)))) : null;
  return make('section', { class: 'part now' }, make('h5', {}, 'What to do now'), list, links);
}

/** A link, where a text is an address of the web. */
function reference(text) {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return text;
  return make('a', { href: text, target: '_blank', rel: 'noreferrer noopener' }, text.replace(/^https?:\/\//i, ''));
}

function placesPart(finding) {
  const { places, more, brief } = finding;
  const list = make('ol', { class: 'places' }, places.slice(0, FIRST_PLACES).map((place, at) => placeItem(place, at === 0)));
  const rest = places.length - FIRST_PLACES;
  const button = rest > 0 ? make('button', { type: 'button', class: 'small no-print' }, `Show ${plural(rest, 'more place')}`) : null;
  if (button) {
    button.addEventListener('click', () => {
      list.append(...places.slice(FIRST_PLACES).map((place) => placeItem(place, false)));
      button.remove();
    });
  }
  const notes = [
    more ? `${plural(more, 'more place')} not listed here; --format json names all.` : '',
    brief ? 'Snippets are left out to keep the page small.' : '',
  ].filter(Boolean).map((text) => make('p', { class: 'muted' }, text));
  return part(placesOf(finding) === 1 ? 'Place' : `${number(placesOf(finding))} places`, 'seen', list, button, notes);
}

function placeItem(place, isOpen) {
  const { at, line, column, rule, notes, suppressed, snippet, fix } = place;
  const name = `${at}:${line}:${column}`;
  const title = [make('code', { class: 'break' }, name), rule === undefined ? null : make('span', { class: 'muted' }, ` found here by ${data.rules[rule].id}`)];
  const lines = [
    suppressed ? make('p', { class: 'suppression' }, icon('hidden'), suppressionWords(suppressed)) : null,
    (notes || []).map((note) => make('p', { class: 'place-note break' }, icon('layers'), make('span', {}, note))),
  ];
  if (!snippet) return make('li', {}, make('p', { class: 'place-name' }, title), lines);
  return make('li', {}, make('details', { open: isOpen }, make('summary', { class: 'place-name' }, title), code(snippet), fix ? fixParts(fix) : null), lines);
}

const DECIDED = {
  inline: 'by a comment', config: 'by keylint.toml', 'gitleaks-allowlist': 'by an allowlist for gitleaks', baseline: 'by the baseline',
  'peer-comment': 'by a comment for another scanner',
};

function suppressionWords({ kind, reason, owner, expires }) {
  const why = [reason ? `: ${reason}` : '', owner ? ` (${owner})` : '', expires ? `, until ${expires}` : ''].join('');
  return `Suppressed ${DECIDED[kind] || kind}${why}`;
}

/** Lines with their numbers, and a mark on what was found. */
function code({ first, parts }) {
  const rows = [[]];
  parts.forEach((text, at) => text.split('\n').forEach((line, index) => {
    if (index > 0) rows.push([]);
    if (line) rows[rows.length - 1].push(at === 1 ? make('mark', {}, line) : line);
  }));
  const isMarked = (row) => row.some((piece) => typeof piece !== 'string');
  return make('pre', { class: 'code', tabindex: 0, 'aria-label': 'Lines around the place' }, rows.map((row, at) => make('span', { class: `row${isMarked(row) ? ' hit' : ''}` },
    make('span', { class: 'line-number', 'aria-hidden': 'true' }, String(first + at)), make('span', { class: 'source' }, row, '\n'))));
}

/** The lines that a fix changes. */
function fixParts(fix) {
  const row = ([sign, text]) => make('span', { class: `row ${{ '-': 'goes', '+': 'comes' }[sign] || 'says'}` },
    make('span', { class: 'sign' }, sign), make('span', { class: 'source' }, text, '\n'));
  return [make('p', { class: 'fix-words' }, 'keylint scan --fix makes this change:'),
    make('pre', { class: 'code diff', tabindex: 0, 'aria-label': 'What the fix changes' }, fix.map(row))];
}

function historyPart({ history: known }) {
  if (!known) return null;
  const row = (name, ...values) => (values.flat().some(Boolean) ? pair(name, ...values) : []);
  const now = known.in_head ? 'in HEAD’s files' : 'not in HEAD’s files any more';
  const remote = { true: ', on a remote', false: ', not on a remote yet' }[known.on_remote] || '';
  const refs = known.refs.slice(0, MAX_REFS).map((name) => make('code', { class: 'ref' }, name.replace(/^refs\/(heads|tags|remotes)\//, '')));
  const more = known.ref_count - refs.length;
  return part('History', 'past', make('dl', { class: 'pairs' },
    row('First commit', known.first ? momentParts(known.first) : 'in no commit'),
    known.last && known.first && known.last.commit !== known.first.commit ? row('Last commit', momentParts(known.last)) : [],
    row('Now', `${now}${remote}${known.reachable ? '' : ', no reference leads to it'}`),
    row('References', refs, more > 0 ? ` and ${number(more)} more` : ''),
    row('Versions', known.versions > 1 ? `${number(known.versions)} contents hold it` : ''),
    known.paths.length > 1 ? row('Paths', known.paths.map((path) => make('div', {}, make('code', {}, path)))) : []));
}

function momentParts({ commit, author, date, subject }) {
  return [make('code', {}, commit.slice(0, 10)), ` ${date.slice(0, 10)} by ${author}`, copyButton(commit, 'Copy the commit'), make('div', { class: 'subject' }, subject)];
}

function factsPart(finding) {
  const { rule, severity, confidence, secret, fingerprint, supersedes } = finding;
  const [, , meaning] = VERDICTS.find(([name]) => secret && name === secret.verdict) || [];
  const onlyRule = make('button', { type: 'button', class: 'link', title: 'Show only this rule', onclick: () => toggleMark('rule', rule.id) }, rule.id);
  return part('Facts', 'facts', make('dl', { class: 'pairs' },
    pair('Rule', onlyRule, rule.title && rule.title !== rule.id ? make('div', { class: 'muted' }, ticked(rule.title)) : null),
    pair('Severity', `${severity}, ${confidence.replace('-', ' ')} confidence`),
    secret ? pair('Verdict', `${wordsOf(VERDICTS, secret.verdict)}${meaning ? `: ${meaning}` : ''}`) : [],
    supersedes ? pair('Also found by', supersedes.join(', ')) : [],
    pair('Fingerprint', make('code', {}, fingerprint), ' ', copyButton(fingerprint, 'Copy the fingerprint'))));
}

/** What the value itself tells. */
function valuePart({ secret }) {
  if (!secret) return null;
  const rows = [
    /[^*]/.test(secret.redacted) ? pair('Value', make('code', {}, secret.redacted)) : [],
    secret.raw ? pair('Raw value', make('pre', { class: 'raw' }, secret.raw)) : [],
    (secret.facts || []).map(([name, value]) => pair(capital(name), value)),
  ];
  return rows.flat(2).length ? part('What the value tells', 'facts', make('dl', { class: 'pairs' }, rows)) : null;
}

function pair(name, ...values) {
  return [make('dt', {}, name), make('dd', { class: 'break' }, values)];
}

/** How to say that a finding does not count. */
function silencePart(finding) {
  if (finding.suppressed) return null;
  const allow = `[[allow]]\nfingerprint = "${finding.fingerprint}"\nreason = "say why it does not count"\n`;
  const { fingerprint, rule, places: [place] } = finding;
  const accept = JSON.stringify({ fingerprint, rule: rule.id, path: place ? place.at : '', reason: 'say until when, and who sees to it' });
  const comment = commentFor(finding);
  return make('details', { class: 'part silence' }, make('summary', {}, 'It is no problem? Silence it'),
    comment ? [make('p', {}, 'In a comment on the line, or alone on the line above:'), copyBlock(comment, 'Copy the comment')] : null,
    make('p', {}, `${comment ? 'Or in' : 'In'} keylint.toml, wherever it is found:`), copyBlock(allow, 'Copy the lines for keylint.toml'),
    make('p', {}, 'Or, where it has to wait, as a line of keylint.baseline:'), copyBlock(accept, 'Copy the line for the baseline'));
}

/** The comment that silences the first place; none where a comment can do nothing any more, or where there are none. */
function commentFor({ places, rule, history: known }) {
  const [place] = places;
  if (!place || known || place.commit || place.image) return '';
  const ending = place.at.slice(place.at.lastIndexOf('.') + 1).toLowerCase();
  const [start, end] = COMMENTS.find(([, , endings]) => endings.split(' ').includes(ending)) || ['#', ''];
  const { id } = place.rule === undefined ? rule : data.rules[place.rule];
  return start ? `${start.trim()} keylint:allow ${id} say why it does not count${end}` : '';
}

function copyBlock(text, label) {
  return make('div', { class: 'copy-block' }, copyButton(text, label), make('pre', { tabindex: 0 }, text));
}
