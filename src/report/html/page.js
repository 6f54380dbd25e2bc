// The page as a whole: what was scanned, what it means, the charts, the filters, the list, and what was not scanned.

const RUNS = { scan: 'Scan of files', git: 'Scan of a git repository', image: 'Scan of container images' };

/** Draws everything that depends on the filters. */
function refresh() {
  applyFilters();
  showFilters();
  showSeverities();
  showCharts();
  showList();
  writeFragment();
}

/** Puts the choice into the address, without a new entry in the history of the browser. */
function writeFragment() {
  const text = fragment();
  if (text !== location.hash.slice(1)) history.replaceState(null, '', text ? `#${text}` : location.href.split('#')[0]);
}

function showSummary() {
  const { tone, name, title, words } = verdict();
  const gaps = data.skipped.filter(({ accepted }) => !accepted).length + data.more_skipped;
  const toGaps = () => { byId('skipped').scrollIntoView(); byId('skipped').focus({ preventScroll: true }); };
  const link = make('button', { type: 'button', class: 'link', onclick: toGaps }, `${plural(gaps, 'input')} not scanned`);
  const whole = data.complete ? make('li', {}, icon('yes'), 'Complete: all that was selected was scanned') : make('li', { class: 'tone-bad gap' }, icon('alarm'), 'Not complete: ', link);
  byId('summary').append(
    make('div', { class: `card verdict tone-${tone}` },
      make('div', { class: 'verdict-head' }, icon(name), make('p', {}, title)),
      words ? make('p', { class: 'verdict-words' }, words) : null,
      make('ul', { class: 'scanned' }, make('li', {}, icon('file'), data.scanned), whole),
      data.counts.length ? make('p', { class: 'muted counts' }, data.counts.join(' · ')) : null),
    make('div', { class: 'card severities', id: 'severities' }));
}

/** The ring and the numbers, which are filters too. */
function showSeverities() {
  const counts = {};
  const shown = but(1);
  for (const { severity } of shown) counts[severity] = (counts[severity] || 0) + 1;
  const choose = (name) => {
    toggleFacet('severity', name);
    byId('severities').querySelector(`[data-severity=${name}]`).focus({ preventScroll: true });
  };
  const tile = (name) => make('button', {
    type: 'button', class: `tile sev-${name}`, 'data-severity': name, 'aria-pressed': String(state.facets.severity.has(name)),
    'aria-label': `${capital(name)}: ${number(counts[name] || 0)}. Show only these`, onclick: () => choose(name),
  }, make('span', { class: 'tile-number' }, number(counts[name] || 0)), make('span', { class: 'tile-words' }, capital(name)));
  byId('severities').replaceChildren(ring(counts, shown.length), make('div', { class: 'tiles', role: 'group', 'aria-label': 'Severities' }, SEVERITIES.map(tile)));
}

/** What the scan means, for somebody who reads one sentence. */
function verdict() {
  const active = findings.filter(({ suppressed }) => !suppressed);
  const count = (fits) => active.filter(fits).length;
  if (!data.active && findings.length && data.complete) {
    return { tone: 'good', name: 'yes', title: 'Everything that was selected was scanned, and people have decided that no finding counts.' };
  }
  if (!data.active) {
    return data.complete ? { tone: 'good', name: 'yes', title: 'Nothing was found, and everything that was selected was scanned.' }
      : { tone: 'warn', name: 'alarm', title: 'Nothing was found, but not everything could be scanned.', words: 'Look at what was not scanned before you rely on this.' };
  }
  const grave = (data.by_severity.critical || 0) + (data.by_severity.high || 0);
  const policies = count(({ kind }) => kind === 'policy');
  const secrets = data.active - policies;
  const what = [secrets ? plural(secrets, 'secret') : '', policies ? plural(policies, 'defect') + ' of AWS policies' : ''].filter(Boolean).join(' and ');
  const title = grave ? `${what}, of which ${number(grave)} ${grave === 1 ? 'is' : 'are'} critical or high: act now.` : `${what}, none critical or high.`;
  return { tone: grave ? 'bad' : 'warn', name: grave ? 'alarm' : 'depends', title: title, words: consequence(count, secrets) };
}

function consequence(count, secrets) {
  if (!secrets) return 'These policies let more happen than they seem to say.';
  const real = count(({ verdict: name }) => name === 'proven' || name === 'checksum-valid');
  const [remote, past, hidden] = ['remote', 'past', 'hidden'].map((name) => count(({ states }) => states.has(name)));
  const are = (some) => (some === 1 ? '1 is' : `${number(some)} are`);
  return [
    'Treat every secret as known to others: replace it first, then remove it.',
    real ? `${are(real)} proved to be real by more than the shape.` : '',
    remote ? `${are(remote)} on a remote, so everybody who can clone has it.` : '',
    past ? `${are(past)} gone from HEAD, but still in the history.` : '',
    hidden ? `${are(hidden)} hidden by a later layer, and can still be taken out of the image.` : '',
  ].filter(Boolean).join(' ');
}

function showNotes() {
  const fill = (id, title, items) => {
    if (!items.length) return;
    byId(id).append(make('h2', { id: `${id}-title` }, title), make('div', { class: 'card' }, make('ul', { class: 'notes' }, items)));
    byId(id).hidden = false;
  };
  const left = data.left ? [`The page lists the worst ${number(findings.length)} findings; ${plural(data.left, 'more finding')} are in the JSON report.`] : [];
  fill('notes', 'Good to know', [...left, ...data.stale, ...data.notes].map((text) => make('li', { class: 'break' }, text)));
  const gaps = data.skipped.map(({ origin, reason, detail, accepted }) => make('li', { class: 'break' }, make('code', {}, origin),
    ` ${reason.replace('-', ' ')}: ${detail}`, accepted ? make('span', { class: 'muted' }, ` (accepted: ${accepted})`) : null));
  fill('skipped', 'Not scanned', [...gaps, ...data.more_skipped ? [make('li', {}, `${number(data.more_skipped)} more; --format json names all.`)] : []]);
}

/** Shows what the address asks for. */
function readAddress() {
  const opened = readFragment(location.hash.slice(1));
  refresh();
  if (opened) goToFinding(opened);
}

function start() {
  byId('app').hidden = false;
  byId('title').textContent = RUNS[data.category] || 'Scan';
  byId('about').textContent = `${data.now.replace('T', ' ').replace('Z', ' UTC')} · keylint ${data.version}`;
  byId('footer').textContent = `Made offline by keylint ${data.version}. This page asks for nothing and sends nothing.`;
  setUpTheme(byId('theme'));
  // On a telephone the findings come first.
  byId('overview-fold').open = innerWidth > 600;
  byId('overview-fold').addEventListener('toggle', () => { if (byId('overview-fold').open) showCharts(); });
  showSummary();
  setUpFilters();
  setUpList();
  setUpKeys();
  showNotes();
  readAddress();
  byId('skip').addEventListener('click', (event) => { event.preventDefault(); byId('work').focus(); });
  addEventListener('hashchange', readAddress);
  let width = innerWidth;
  addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    showCharts();
  });
}

start();
